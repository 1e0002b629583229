//! Macros for impls that differ only in the name of the type.
//!
//! Exported macros are in the root of a crate; the prefix and the names without it in
//! [`wire`](crate::wire) make up for a namespace.

/// Compiles items with the feature `both-directions` of this crate, wherever they are.
#[cfg(feature = "both-directions")]
#[doc(hidden)]
#[macro_export]
macro_rules! __when_both_directions {
    ($($item:item)*) => {$($item)*};
}

/// Compiles items with the feature `both-directions` of this crate, wherever they are.
#[cfg(not(feature = "both-directions"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __when_both_directions {
    ($($item:item)*) => {};
}

/// Implements `Serialize` for objects.
#[doc(hidden)]
#[macro_export]
macro_rules! __serialize {
    ($($name:ident),*) => {$(
        impl $crate::wire::serde::Serialize for $name {
            fn serialize<S: $crate::wire::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::write_object(self, serializer)
            }
        }
    )*};
}

/// Implements `Deserialize` with an expression.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize_with {
    ($name:ident, $deserializer:ident => $value:expr) => {
        impl<'de> $crate::wire::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::wire::serde::Deserializer<'de>>(
                $deserializer: D,
            ) -> Result<Self, D::Error> {
                $value
            }
        }
    };
}

/// Implements `Deserialize` for objects.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::object(deserializer));
    )*};
}

/// Implements `Deserialize` for unions.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize_union {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::union(deserializer));
    )*};
}

/// Implements `Base` for unions whose only shared member is the discriminator.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_base {
    ($name:ident = $wire:literal) => {
        impl $crate::wire::prelude::Base for $name {
            type Slots = ();
            type Branches = Self;
            const NAME: &'static str = $wire;

            fn accept<'de, A: $crate::wire::serde::de::MapAccess<'de>>(
                _: &mut (),
                _: &str,
                _: &mut A,
            ) -> Result<bool, A::Error> {
                Ok(false)
            }

            fn finish<E: $crate::wire::serde::de::Error>(_: (), branch: Self) -> Result<Self, E> {
                Ok(branch)
            }
        }
    };
}

/// Implements `Object` for unions that are branches of other unions.
#[doc(hidden)]
#[macro_export]
macro_rules! __nested_union {
    ($($name:ident),*) => {$(
        impl $crate::wire::prelude::Object for $name {
            type Slots = $crate::wire::UnionSlots<'static, Self>;
            const NAME: &'static str = <Self as $crate::wire::prelude::Base>::NAME;

            fn accept<'de, A: $crate::wire::serde::de::MapAccess<'de>>(
                slots: &mut Self::Slots,
                key: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                slots.accept_owned(key, map)?;
                Ok(true)
            }

            fn finish<E: $crate::wire::serde::de::Error>(slots: Self::Slots) -> Result<Self, E> {
                slots.finish()
            }
        }
    )*};
}

/// Implements `Deserialize` for alternates.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize_alternate {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::alternate(deserializer));
    )*};
}

/// Implements `Deserialize` for commands and events that wrap a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize_newtype {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::serde::Deserialize::deserialize(deserializer).map($name));
    )*};
}

/// Implements `Display` for enums.
#[doc(hidden)]
#[macro_export]
macro_rules! __display_enum {
    ($($name:ident),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

/// Implements `Serialize` for enums.
#[doc(hidden)]
#[macro_export]
macro_rules! __serialize_enum {
    ($($name:ident),*) => {$(
        impl $crate::wire::serde::Serialize for $name {
            fn serialize<S: $crate::wire::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

/// Implements `Deserialize` for enums.
#[doc(hidden)]
#[macro_export]
macro_rules! __deserialize_enum {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::text(deserializer, |text| Self::from(text)));
    )*};
}

/// Implements `Command`, and describes the arguments for use at run time.
#[doc(hidden)]
#[macro_export]
macro_rules! __commands {
    ($($name:ident ($wire:literal, $arguments:expr, $is_open:literal)),*) => {$(
        impl $crate::Command for $name {
            const NAME: &'static str = $wire;
        }

        impl $name {
            pub(crate) const INFO: $crate::CommandInfo =
                $crate::CommandInfo::new($wire, $arguments, $is_open);
        }
    )*};
}

/// Implements `CommandOf` for the commands of a release, and lists them.
#[doc(hidden)]
#[macro_export]
macro_rules! __commands_of {
    ($release:ident: $($name:ident => $returns:ty $(, $flag:ident)*;)*) => {
    const COMMANDS: &[$crate::CommandInfo] = &[$(command::$name::INFO),*];

    $(
        impl $crate::CommandOf<$release> for command::$name {
            type Return = $returns;
            $($crate::wire::command_constant!($flag);)*
        }
        $($crate::wire::command_marker!($flag, $release, command::$name);)*
    )*

        $crate::wire::when_both_directions! {
            impl $release {
                /// Decodes the return value of the command with this name and encodes it
                /// again, which drops the members that the schema does not list. Returns
                /// `None` if the release does not have the command.
                ///
                /// # Errors
                ///
                /// The value does not have the shape of the return type.
                pub fn rewrite_return(
                    command: &str,
                    json: &str,
                ) -> Option<Result<$crate::wire::serde_json::Value, $crate::wire::serde_json::Error>> {
                    $(if command == <command::$name as $crate::Command>::NAME {
                        return Some($crate::wire::rewrite::<$returns>(json));
                    })*
                    None
                }

                /// Decodes the arguments of the command with this name and encodes them
                /// again. Returns `None` if the release does not have the command.
                ///
                /// # Errors
                ///
                /// The arguments do not have the shape of the command.
                pub fn rewrite_arguments(
                    command: &str,
                    json: &str,
                ) -> Option<Result<$crate::wire::serde_json::Value, $crate::wire::serde_json::Error>> {
                    $(if command == <command::$name as $crate::Command>::NAME {
                        return Some($crate::wire::rewrite::<command::$name>(json));
                    })*
                    None
                }
            }
        }
    };
}

/// Defines the constants for a flag of a command.
#[doc(hidden)]
#[macro_export]
macro_rules! __command_constant {
    (oob) => {};
    (silent) => {
        const SUCCESS_RESPONSE: bool = false;
    };
}

/// Implements the traits for a flag of a command.
#[doc(hidden)]
#[macro_export]
macro_rules! __command_marker {
    (oob, $release:ident, $command:ty) => {
        impl $crate::OobCommandOf<$release> for $command {}
    };
    (silent, $release:ident, $command:ty) => {};
}

/// Defines the enum of a release's events.
#[doc(hidden)]
#[macro_export]
macro_rules! __events {
    (
        $(#[$meta:meta])*
        pub enum $event:ident of $release:ident {
            $($(#[$variant_meta:meta])* $name:ident = $wire:literal),*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $event {
            $($(#[$variant_meta])* $name(event::$name),)*
            /// An event that the schema does not list.
            Unrecognized($crate::UnrecognizedEvent),
        }

        impl $crate::Event for $event {
            fn decode(
                name: &str,
                data: Option<&$crate::wire::serde_json::value::RawValue>,
            ) -> Result<Self, $crate::wire::serde_json::Error> {
                let text = data.map_or("{}", $crate::wire::serde_json::value::RawValue::get);
                Ok(match name {
                    $($wire => $event::$name($crate::wire::serde_json::from_str(text)?),)*
                    _ => $event::Unrecognized($crate::Event::decode(name, data)?),
                })
            }

            fn name(&self) -> &str {
                match self {
                    $($event::$name(_) => $wire,)*
                    $event::Unrecognized(event) => &event.name,
                }
            }
        }

        $crate::wire::when_both_directions! {
            /// Encodes the data of the event, without its name.
            impl $crate::wire::serde::Serialize for $event {
                fn serialize<S: $crate::wire::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $($event::$name(event) => event.serialize(serializer),)*
                        $event::Unrecognized(event) => event.data.serialize(serializer),
                    }
                }
            }
        }

        $(
            impl $crate::EventOf<$release> for event::$name {
                const NAME: &'static str = $wire;

                fn from_event(event: $event) -> Result<Self, $event> {
                    match event {
                        $event::$name(event) => Ok(event),
                        other => Err(other),
                    }
                }

                fn from_event_ref(event: &$event) -> Option<&Self> {
                    match event {
                        $event::$name(event) => Some(event),
                        _ => None,
                    }
                }
            }
        )*
    };
}

pub use {
    crate::__command_constant as command_constant, crate::__command_marker as command_marker,
    crate::__commands as commands, crate::__commands_of as commands_of,
    crate::__deserialize as deserialize, crate::__deserialize_alternate as deserialize_alternate,
    crate::__deserialize_enum as deserialize_enum,
    crate::__deserialize_newtype as deserialize_newtype,
    crate::__deserialize_union as deserialize_union, crate::__deserialize_with as deserialize_with,
    crate::__display_enum as display_enum, crate::__events as events,
    crate::__nested_union as nested_union, crate::__no_base as no_base,
    crate::__serialize as serialize, crate::__serialize_enum as serialize_enum,
    crate::__when_both_directions as when_both_directions,
};
