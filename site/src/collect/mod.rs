//! The entities of a program over all series.
//!
//! `members` follows the members of an object, the values of an enum and the
//! branches of a union; `entities` the commands, events and types that have
//! them; `changes` what neighbouring series changed; `devices` the devices, and
//! `command_line` the options, machine types and CPU models.

pub mod changes;
pub mod command_line;
pub mod devices;
pub mod entities;
pub mod members;
pub mod type_changes;
