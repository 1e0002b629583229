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
                let series = qmp.link.series();
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

/// Defines the methods of `Qmp` that the clients have in common. The client gives, in
/// brackets: `async`, `.await`, `mut`, and the type of a transport. It has `find_event`.
macro_rules! qmp_methods {
    ([$($async:tt)?] [$($await:tt)*] [$($mut:tt)?] [$transport:ty]) => {
        impl Qmp<Untyped> {
            /// Connects, and chooses from `types` those for the server.
            pub(super) $($async)? fn open_typed(
                transport: $transport,
                types: Types,
                options: &Options,
            ) -> Result<Self, Error> {
                let connection = Connection::monitor(types, options, now());
                Ok(Qmp {
                    link: Link::open(transport, connection) $($await)* ?,
                    timeout: options.timeout,
                    release: PhantomData,
                })
            }

            /// Gives the connection the types of the server's release.
            ///
            /// A program with bindings of its own for several releases connects without
            /// types and chooses some by the greeting, as [`AnyQmp`](super::AnyQmp) does
            /// for the releases that are features.
            ///
            /// # Errors
            ///
            /// [`Error::WrongRelease`] if the server is of another release than `R`.
            pub fn into_release<R: Release>(self) -> Result<Qmp<R>, Error> {
                if let Some(types) = R::TYPES {
                    choose_types(self.greeting(), types, &Releases::None)
                        .map_err(Error::WrongRelease)?;
                }
                Ok(self.with_release())
            }

            pub(super) fn with_release<R>(self) -> Qmp<R> {
                Qmp {
                    link: self.link,
                    timeout: self.timeout,
                    release: PhantomData,
                }
            }
        }

        impl<R> Qmp<R> {
            /// Returns the greeting: the version and the capabilities of the server.
            pub fn greeting(&self) -> &Greeting {
                self.link.greeting()
            }
        }

        /// Commands.
        impl<R: Release> Qmp<R> {
            /// Sends a command and waits for its return value.
            ///
            /// # Errors
            ///
            /// Any [`Error`]. [`Error::Command`] is the error that the server returned.
            pub $($async)? fn execute<C: CommandOf<R>>(
                & $($mut)? self,
                command: C,
            ) -> Result<C::Return, Error> {
                self.run(self.request(&command)) $($await)*
            }

            /// Sends a command and waits for its return value for a limited time.
            ///
            /// # Errors
            ///
            /// [`Error::Timeout`] if the time is over. The server may still run the
            /// command; its late reply is dropped.
            pub $($async)? fn execute_within<C: CommandOf<R>>(
                & $($mut)? self,
                timeout: Duration,
                command: C,
            ) -> Result<C::Return, Error> {
                let deadline = Deadline::after(Some(timeout), now());
                self.run(Request::new(C::NAME, &command, deadline)) $($await)*
            }

            /// Sends a command out of band: the server runs it at once, before the
            /// commands that are queued.
            ///
            /// A command that does not allow this does not compile.
            ///
            /// # Errors
            ///
            /// [`Error::Unsupported`] unless the connection was opened with
            /// [`Options::oob`]; see also [`Qmp::execute`].
            pub $($async)? fn execute_oob<C: OobCommandOf<R>>(
                & $($mut)? self,
                command: C,
            ) -> Result<C::Return, Error> {
                self.run(self.request(&command).out_of_band()) $($await)*
            }

            /// Sends a command together with file descriptors, as `getfd` and `add-fd`
            /// require. The server gets duplicates.
            ///
            /// # Errors
            ///
            /// [`Error::Unsupported`] unless the connection is a Unix socket; see also
            /// [`Qmp::execute`].
            #[cfg(all(unix, feature = "fd-passing"))]
            pub $($async)? fn execute_with_fds<C: CommandOf<R>>(
                & $($mut)? self,
                command: C,
                fds: &[std::os::fd::BorrowedFd<'_>],
            ) -> Result<C::Return, Error> {
                let fds = crate::fds::duplicate(fds)?;
                self.run(self.request(&command).with_fds(fds)) $($await)*
            }

            /// Sends a command by name and waits for its return value as JSON. The
            /// arguments have to be an object.
            ///
            /// # Errors
            ///
            /// See [`Qmp::execute`].
            pub $($async)? fn execute_raw(
                & $($mut)? self,
                name: &str,
                arguments: &(impl Serialize + ?Sized),
            ) -> Result<Value, Error> {
                self.execute_as(name, arguments) $($await)*
            }

            /// Sends a command by name and decodes its return value as `T`.
            ///
            /// # Errors
            ///
            /// See [`Qmp::execute`].
            pub $($async)? fn execute_as<T: DeserializeOwned>(
                & $($mut)? self,
                name: &str,
                arguments: &(impl Serialize + ?Sized),
            ) -> Result<T, Error> {
                let deadline = Deadline::after(self.timeout, now());
                let request = Request::new(name.to_owned(), arguments, deadline);
                decode(name, &self.link.call(request) $($await)* ?)
            }

            /// Sends a command, and waits for its return value and for an event that
            /// `find` accepts.
            ///
            /// Events that arrive before the reply count, too. All events remain
            /// available to other readers.
            ///
            /// # Errors
            ///
            /// Those of [`Qmp::execute`]; [`Error::Timeout`] if the reply and the event
            /// take longer than the timeout together; [`Error::EventsMissed`] if the
            /// event may have been dropped.
            pub $($async)? fn execute_and_wait<C: CommandOf<R>, T>(
                & $($mut)? self,
                timeout: impl Into<Option<Duration>>,
                command: C,
                find: impl FnMut(&R::Event) -> Option<T>,
            ) -> Result<(C::Return, T), Error> {
                let deadline = Deadline::after(timeout.into(), now());
                let start = self.link.end_of_events();
                let returned = self.run(Request::new(C::NAME, &command, deadline)) $($await)* ?;
                let found = self.find_event(start, C::NAME, deadline, find) $($await)* ?;
                Ok((returned, found))
            }

            fn request<'c, C: CommandOf<R>>(&self, command: &'c C) -> Request<'c, C> {
                Request::new(C::NAME, command, Deadline::after(self.timeout, now()))
            }

            $($async)? fn run<C: CommandOf<R>>(
                & $($mut)? self,
                request: Request<'_, C>,
            ) -> Result<C::Return, Error> {
                decode(C::NAME, &self.link.call(request) $($await)* ?)
            }
        }
    };
}

/// Defines the methods of `Agent` that the clients have in common. The client gives, in
/// brackets: `async`, `.await`, and `mut`. It has `call`.
#[cfg(feature = "qga")]
macro_rules! agent_methods {
    ([$($async:tt)?] [$($await:tt)*] [$($mut:tt)?]) => {
        impl<R: AgentRelease> Agent<R> {
            /// Sends a command and waits for its return value.
            ///
            /// # Errors
            ///
            /// Any [`Error`]; [`Error::Unsupported`] for a command that sends no reply.
            pub $($async)? fn execute<C: CommandOf<R>>(
                & $($mut)? self,
                command: C,
            ) -> Result<C::Return, Error> {
                if !C::SUCCESS_RESPONSE {
                    return Err(Error::Unsupported(NEEDS_SILENT));
                }
                decode(C::NAME, &self.call(C::NAME.into(), &command, None) $($await)* ?)
            }

            /// Sends a command that sends no reply when it succeeds, and waits for an
            /// error for a limited time.
            ///
            /// # Errors
            ///
            /// The agent returned an error, or does not answer.
            pub $($async)? fn execute_silent<C: CommandOf<R, Return = NoReply>>(
                & $($mut)? self,
                command: C,
                wait: Duration,
            ) -> Result<(), Error> {
                match self.call(C::NAME.into(), &command, Some(wait)) $($await)* {
                    Ok(_) => Ok(()),
                    Err(Error::Timeout(error)) if matches!(error.awaited, Awaited::Reply(_)) => Ok(()),
                    Err(Error::Closed(error)) if error.command.as_deref() == Some(C::NAME) => Ok(()),
                    Err(error) => Err(error),
                }
            }

            /// Sends a command by name and waits for its return value as JSON. The
            /// arguments have to be an object.
            ///
            /// # Errors
            ///
            /// See [`Agent::execute`].
            pub $($async)? fn execute_raw(
                & $($mut)? self,
                name: &str,
                arguments: &(impl Serialize + ?Sized),
            ) -> Result<Value, Error> {
                decode(name, &self.call(name.to_owned().into(), arguments, None) $($await)* ?)
            }

            /// Returns the version of the agent; `None` if it does not allow
            /// `guest-info`.
            pub fn version(&self) -> Option<Version> {
                self.link.agent_version()
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

#[cfg(feature = "qga")]
pub(crate) use agent_methods;
pub(crate) use {any_qmp, connect_methods, qmp_methods};
