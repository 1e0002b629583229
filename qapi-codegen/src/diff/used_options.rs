//! The options that a program gives to QEMU.

use crate::wire::PathSegment;

/// An option of a command line.
#[derive(Debug, Clone)]
pub struct UsedOption {
    /// The name, without dashes.
    pub name: String,
    /// The parameters in its argument.
    pub parameters: Vec<UsedParameter>,
}

/// A parameter of an option.
#[derive(Debug, Clone)]
pub struct UsedParameter {
    /// The key; `None` for a first value without one.
    pub key: Option<String>,
    /// The value.
    pub value: String,
}

impl UsedOption {
    /// Returns whether the option has what a path of the command line is about: the
    /// option itself, a parameter, or a value of a parameter.
    pub fn has(&self, path: &[PathSegment<'_>]) -> bool {
        let Some((PathSegment::Member(option), rest)) = path.split_first() else {
            return false;
        };
        let mut parameters = self.parameters.iter();
        option.trim_start_matches('-') == self.name
            && match rest.first() {
                None => true,
                Some(PathSegment::Member(key)) => parameters.any(|own| own.has_key(key)),
                Some(PathSegment::Branch {
                    discriminator: key,
                    value,
                }) => parameters
                    .any(|own| own.value == *value && (own.key.is_none() || own.has_key(key))),
                _ => false,
            }
    }
}

impl UsedParameter {
    fn has_key(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_options_parameters_and_values() {
        let parameter = |key: Option<&str>, value: &str| UsedParameter {
            key: key.map(str::to_owned),
            value: value.to_owned(),
        };
        let option = UsedOption {
            name: "machine".to_owned(),
            parameters: vec![parameter(None, "pc"), parameter(Some("hpet"), "off")],
        };
        let [machine, hpet, kernel] = ["-machine", "hpet", "kernel"].map(PathSegment::Member);
        let branch = |discriminator, value| PathSegment::Branch {
            discriminator,
            value,
        };
        assert!(option.has(&[machine]));
        assert!(option.has(&[machine, hpet]));
        assert!(option.has(&[machine, branch("type", "pc")]));
        assert!(option.has(&[machine, branch("hpet", "off")]));
        assert!(!option.has(&[machine, kernel]));
        assert!(!option.has(&[machine, branch("type", "q35")]));
        assert!(!option.has(&[machine, branch("type", "off")]));
        assert!(!option.has(&[PathSegment::Member("-cpu")]));
    }
}
