//! Helpers of the integration tests.

pub mod known;
pub mod shared;
