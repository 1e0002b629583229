//! The parts of both clients that differ only in `async` and `.await`.

/// Defines `AnyQmp`. The client gives, in brackets: attributes, `async`, `.await`, and
/// the type of a transport.
macro_rules! any_qmp {
    (
        [$($attribute:tt)*] [$($async:tt)?] [$($await:tt)*] [$transport:ty]
        $(($feature:tt, $module:ident, $variant:ident, $major:literal, $minor:literal))*
    ) => {
        /// A connection to a QEMU of any enabled release, with a variant for each.
        ///
        /// A `match` needs a wildcard arm, because another crate in the program may
        /// enable more releases.
        #[derive(Debug)]
        $($attribute)*
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

            connect_methods!();

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
            pub $($async)? fn open(
                transport: $transport,
                options: &Options,
            ) -> Result<Self, Error> {
                let qmp = Qmp::open_typed(transport, Some(Self::SERIES), options) $($await)* ?;
                let series = qmp.series();
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
        }
    };
}

/// Defines the `connect_` methods of a type that has `open`. The client gives, in
/// brackets: `async`, `.await`, and the type of a TCP address.
macro_rules! connect_methods {
    ([$($async:tt)?] [$($await:tt)*] [$address:ty]) => {
        /// Connects to a Unix socket, with the default options.
        ///
        /// # Errors
        ///
        /// [`Error::Transport`] if nothing listens there; see also `open`.
        #[cfg(unix)]
        pub $($async)? fn connect_unix(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
            Self::connect_unix_with(path, &Options::new()) $($await)*
        }

        /// Connects to a Unix socket.
        ///
        /// # Errors
        ///
        /// [`Error::Transport`] if nothing listens there; see also `open`.
        #[cfg(unix)]
        pub $($async)? fn connect_unix_with(
            path: impl AsRef<std::path::Path>,
            options: &Options,
        ) -> Result<Self, Error> {
            let connected = super::transport::connect_unix(path.as_ref(), options) $($await)*;
            let (transport, options) = connected?;
            Self::open(transport, &options) $($await)*
        }

        /// Connects to a TCP port, with the default options.
        ///
        /// # Errors
        ///
        /// [`Error::Transport`] if nothing listens there; see also `open`.
        pub $($async)? fn connect_tcp(address: $address) -> Result<Self, Error> {
            Self::connect_tcp_with(address, &Options::new()) $($await)*
        }

        /// Connects to a TCP port.
        ///
        /// # Errors
        ///
        /// [`Error::Transport`] if nothing listens there; see also `open`.
        pub $($async)? fn connect_tcp_with(
            address: $address,
            options: &Options,
        ) -> Result<Self, Error> {
            let connected = super::transport::connect_tcp(address, options) $($await)*;
            let (transport, options) = connected?;
            Self::open(transport, &options) $($await)*
        }
    };
}

pub(crate) use {any_qmp, connect_methods};
