//! Helpers of the integration tests.

pub mod answers;
pub mod clients;
pub mod command_lines;
pub mod examples;
pub mod migration;
pub mod monitor;
pub mod process;
pub mod proxy;
pub mod qemu;
pub mod recording;
pub mod releases;
pub mod scripted;
pub mod shared;
