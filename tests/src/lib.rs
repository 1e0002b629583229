//! Helpers of the integration tests.

pub mod clients;
pub mod recording;
pub mod scripted;
pub mod shared;
