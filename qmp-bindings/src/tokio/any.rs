//! A connection that chooses its types by the greeting.

use serde::Serialize;
use serde_json::Value;

use super::qmp::Qmp;
use super::transport::{Transport, connect_methods};
use crate::error::Error;
use crate::protocol::greeting::Greeting;
use crate::protocol::options::Options;
#[allow(unused_imports)]
use crate::release::Release;
use crate::version::Series;

macro_rules! any {
    ($(($feature:tt, $module:ident, $variant:ident))*) => {
        /// A handle to a connection to a QEMU of any enabled release, with a variant for
        /// each.
        ///
        /// A `match` needs a wildcard arm, because another crate in the program may
        /// enable more releases.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum AnyQmp {
            $(
                #[cfg(feature = $feature)]
                #[doc = concat!("A connection with the types of `", $feature, "`.")]
                $variant(Qmp<crate::$module::Release>),
            )*
        }

        impl AnyQmp {
            /// The series of the enabled releases, the oldest first.
            pub const SERIES: &'static [Series] = &[
                $(#[cfg(feature = $feature)] <crate::$module::Release as Release>::SERIES,)*
            ];

            /// Connects through any transport: reads the greeting, chooses the types
            /// and negotiates.
            ///
            /// The types are those of the server's series. If that is not enabled and
            /// `options` allow it, they are those of the next older series, or else of
            /// the oldest.
            ///
            /// # Errors
            ///
            /// [`Error::WrongRelease`] if no types fit the server; see also
            /// [`Qmp::open`].
            #[allow(unreachable_code)]
            pub async fn open(
                transport: impl Into<Transport>,
                options: &Options,
            ) -> Result<Self, Error> {
                let transport = transport.into();
                let qmp = Qmp::open_typed(transport, Some(Self::SERIES), options).await?;
                let series = qmp.link.shared.lock().connection.series();
                $(
                    #[cfg(feature = $feature)]
                    if series == Some(<crate::$module::Release as Release>::SERIES) {
                        return Ok(AnyQmp::$variant(qmp.with_release()));
                    }
                )*
                unreachable!("{series:?} was chosen from the enabled series")
            }

            /// Returns the greeting: the version and the capabilities of the server.
            pub fn greeting(&self) -> &Greeting {
                match *self {
                    $(#[cfg(feature = $feature)] AnyQmp::$variant(ref qmp) => qmp.greeting(),)*
                }
            }

            /// Sends a command by name; see [`Qmp::execute_raw`].
            ///
            /// # Errors
            ///
            /// See [`Qmp::execute`].
            #[allow(unused_variables)]
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
crate::generated::for_each_release!(any);

impl AnyQmp {
    connect_methods!();
}
