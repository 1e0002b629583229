//! Helpers of the integration tests.

pub mod answers;
pub mod shared;
