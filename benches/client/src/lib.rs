//! What the benchmarks of the clients have in common: servers, and figures.

pub mod figures;
pub mod servers;
