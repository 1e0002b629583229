//! A connection whose release is known when it is there.

use std::net::ToSocketAddrs;
#[cfg(unix)]
use std::path::Path;
use std::process::Child;

use serde::Serialize;
use serde_json::Value;

#[allow(unused_imports)] // Without a release there is nothing to connect to.
use super::Qmp;
use super::qmp::{Greeted, stdio, tcp};
use super::transport::Transport;
use crate::error::Error;
use crate::protocol::greeting::{Greeting, choose};
use crate::protocol::options::Options;
#[allow(unused_imports)]
use crate::{Release, Series};

macro_rules! any {
    ($(($feature:tt, $module:ident, $variant:ident))*) => {
        /// A connection to a QEMU of any release that is enabled.
        ///
        /// Features add variants, also those that another crate enables, so a
        /// `match` needs an arm for the rest.
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum AnyQmp {
            $(
                #[cfg(feature = $feature)]
                #[doc = concat!("With the types of the feature `", $feature, "`.")]
                $variant(Qmp<crate::$module::Release>),
            )*
        }

        impl AnyQmp {
            /// The series for which there are types, the oldest first.
            pub const SERIES: &'static [Series] = &[
                $(#[cfg(feature = $feature)] <crate::$module::Release as Release>::SERIES,)*
            ];

            /// Makes a connection through anything: reads the greeting, chooses
            /// the types and negotiates.
            ///
            /// The types are those of the server's series. Where there are none
            /// and `options` allow the series all the same, they are those of
            /// the next older one, or else of the oldest.
            ///
            /// # Errors
            ///
            /// [`Error::WrongRelease`] if there are no types for this server;
            /// and as [`Qmp::open`].
            #[allow(unreachable_code)]
            pub fn open(
                transport: impl Transport + 'static,
                options: &Options,
            ) -> Result<Self, Error> {
                let greeted = Greeted::read(Box::new(transport), options)?;
                let series = choose(&greeted.greeting, Self::SERIES, &options.releases)
                    .map_err(Error::WrongRelease)?;
                $(
                    #[cfg(feature = $feature)]
                    if series == <crate::$module::Release as Release>::SERIES {
                        return greeted.negotiate(options).map(AnyQmp::$variant);
                    }
                )*
                unreachable!("{series} was chosen from those that are enabled")
            }

            /// What the server said first: its version and what it can do.
            pub fn greeting(&self) -> &Greeting {
                match *self {
                    $(#[cfg(feature = $feature)] AnyQmp::$variant(ref qmp) => qmp.greeting(),)*
                }
            }

            /// Sends a command by its name, as [`Qmp::execute_raw`].
            ///
            /// # Errors
            ///
            /// As [`Qmp::execute`].
            #[allow(unused_variables)]
            pub fn execute_raw(
                &mut self,
                name: &str,
                arguments: &(impl Serialize + ?Sized),
            ) -> Result<Value, Error> {
                match *self {
                    $(
                        #[cfg(feature = $feature)]
                        AnyQmp::$variant(ref mut qmp) => qmp.execute_raw(name, arguments),
                    )*
                }
            }
        }
    };
}
crate::generated::for_each_release!(any);

impl AnyQmp {
    /// Connects to a Unix socket.
    ///
    /// # Errors
    ///
    /// As [`AnyQmp::open`].
    #[cfg(unix)]
    pub fn connect_unix(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(super::qmp::unix(path.as_ref())?, &Options::new())
    }

    /// Connects to a TCP port.
    ///
    /// # Errors
    ///
    /// As [`AnyQmp::open`].
    pub fn connect_tcp(address: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::open(tcp(address)?, &Options::new())
    }

    /// Connects to the standard input and output of a child process.
    ///
    /// # Errors
    ///
    /// As [`AnyQmp::open`].
    pub fn connect_child(child: &mut Child) -> Result<Self, Error> {
        Self::open(stdio(child)?, &Options::new())
    }
}
