//! What stands for the generated bindings in unit tests: no release.
//!
//! These test the runtime, which is the same with any release, and would take as long to
//! compile as the bindings otherwise. The tests of the bindings are in other packages.

/// Calls a macro without a release.
macro_rules! for_each_release {
    ($callback:ident) => {
        $callback! {}
    };
}
pub(crate) use for_each_release;
#[allow(unused_imports)]
pub(crate) use for_each_release as for_each_agent_release;
