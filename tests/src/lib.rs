//! Helpers of the integration tests.

pub mod running;
pub mod shared;
