//! Macros for impls that differ only in the name of the type.

/// Implements `Serialize` for objects.
macro_rules! serialize {
    ($($name:ident),*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::write_object(self, serializer)
            }
        }
    )*};
}

/// Implements `Deserialize` with an expression.
macro_rules! deserialize_with {
    ($name:ident, $deserializer:ident => $value:expr) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(
                $deserializer: D,
            ) -> Result<Self, D::Error> {
                $value
            }
        }
    };
}

/// Implements `Deserialize` for objects.
macro_rules! deserialize {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::object(deserializer));
    )*};
}

/// Implements `Deserialize` for unions.
macro_rules! deserialize_union {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::union(deserializer));
    )*};
}

/// Implements `Base` for unions whose only shared member is the discriminator.
macro_rules! no_base {
    ($name:ident = $wire:literal) => {
        impl $crate::wire::prelude::Base for $name {
            type Slots = ();
            type Branches = Self;
            const NAME: &'static str = $wire;

            fn accept<'de, A: serde::de::MapAccess<'de>>(
                _: &mut (),
                _: &str,
                _: &mut A,
            ) -> Result<bool, A::Error> {
                Ok(false)
            }

            fn finish<E: serde::de::Error>(_: (), branch: Self) -> Result<Self, E> {
                Ok(branch)
            }
        }
    };
}

/// Implements `Object` for unions that are branches of other unions.
macro_rules! nested_union {
    ($($name:ident),*) => {$(
        impl $crate::wire::prelude::Object for $name {
            type Slots = $crate::wire::UnionSlots<'static, Self>;
            const NAME: &'static str = <Self as $crate::wire::prelude::Base>::NAME;

            fn accept<'de, A: serde::de::MapAccess<'de>>(
                slots: &mut Self::Slots,
                key: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                slots.accept_owned(key, map)?;
                Ok(true)
            }

            fn finish<E: serde::de::Error>(slots: Self::Slots) -> Result<Self, E> {
                slots.finish()
            }
        }
    )*};
}

/// Implements `Deserialize` for alternates.
macro_rules! deserialize_alternate {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::alternate(deserializer));
    )*};
}

/// Implements `Deserialize` for commands and events that wrap a type.
macro_rules! deserialize_newtype {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => serde::Deserialize::deserialize(deserializer).map($name));
    )*};
}

/// Implements `Display` for enums.
macro_rules! display_enum {
    ($($name:ident),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

/// Implements `Serialize` for enums.
macro_rules! serialize_enum {
    ($($name:ident),*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

/// Implements `Deserialize` for enums.
macro_rules! deserialize_enum {
    ($($name:ident),*) => {$(
        $crate::wire::deserialize_with!($name, deserializer => $crate::wire::text(deserializer, |text| $name::from(text)));
    )*};
}

/// Implements `Command`, and describes the arguments for use at run time.
macro_rules! commands {
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
macro_rules! commands_of {
    ($release:ident: $($name:ident => $returns:ty $(, $flag:ident)*;)*) => {
    const COMMANDS: &[$crate::CommandInfo] = &[$(command::$name::INFO),*];

    $(
        impl $crate::CommandOf<$release> for command::$name {
            type Return = $returns;
            $($crate::wire::command_constant!($flag);)*
        }
        $($crate::wire::command_marker!($flag, $release, command::$name);)*
    )*

        #[cfg(feature = "both-directions")]
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
            ) -> Option<Result<serde_json::Value, serde_json::Error>> {
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
            ) -> Option<Result<serde_json::Value, serde_json::Error>> {
                $(if command == <command::$name as $crate::Command>::NAME {
                    return Some($crate::wire::rewrite::<command::$name>(json));
                })*
                None
            }
        }
    };
}

/// Defines the constants for a flag of a command.
macro_rules! command_constant {
    (oob) => {};
    (silent) => {
        const SUCCESS_RESPONSE: bool = false;
    };
}

/// Implements the traits for a flag of a command.
macro_rules! command_marker {
    (oob, $release:ident, $command:ty) => {
        impl $crate::OobCommandOf<$release> for $command {}
    };
    (silent, $release:ident, $command:ty) => {};
}

/// Defines the enum of a release's events.
macro_rules! events {
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
                data: Option<&serde_json::value::RawValue>,
            ) -> Result<Self, serde_json::Error> {
                let text = data.map_or("{}", serde_json::value::RawValue::get);
                Ok(match name {
                    $($wire => $event::$name(serde_json::from_str(text)?),)*
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

        /// Encodes the data of the event, without its name.
        #[cfg(feature = "both-directions")]
        impl serde::Serialize for $event {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($event::$name(event) => event.serialize(serializer),)*
                    $event::Unrecognized(event) => event.data.serialize(serializer),
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

pub(crate) use {
    command_constant, command_marker, commands, commands_of, deserialize, deserialize_alternate,
    deserialize_enum, deserialize_newtype, deserialize_union, deserialize_with, display_enum,
    events, nested_union, no_base, serialize, serialize_enum,
};
