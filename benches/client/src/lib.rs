//! The common parts of the benchmarks of the clients.

pub mod figures;
pub mod servers;
