//! A connection that chooses its types by the greeting.

use serde::Serialize;
use serde_json::Value;

use super::qmp::Qmp;
use super::transport::{Transport, connect_methods};
use crate::client_macros::any_qmp;
use crate::error::Error;
use crate::protocol::greeting::Greeting;
use crate::protocol::options::Options;
#[allow(unused_imports)]
use crate::release::Release;
use crate::version::Series;

macro_rules! define {
    ($(($feature:tt, $module:ident, $variant:ident, $major:literal, $minor:literal))*) => {
        any_qmp! {
            [#[derive(Clone)]] [async] [.await] [impl Into<Transport>]
            $(($feature, $module, $variant, $major, $minor))*
        }

        impl AnyQmp {
            /// Sends a command by name; see [`Qmp::execute_raw`].
            ///
            /// # Errors
            ///
            /// See [`Qmp::execute`].
            #[allow(unused_variables)] // Without a release there are no variants.
            pub async fn execute_raw(
                &self,
                name: &str,
                arguments: &(impl Serialize + ?Sized),
            ) -> Result<Value, Error> {
                match *self {
                    $(
                        #[cfg(feature = $feature)]
                        AnyQmp::$variant(ref qmp) => qmp.execute_raw(name, arguments).await,
                    )*
                }
            }
        }
    };
}
crate::generated::for_each_release!(define);
