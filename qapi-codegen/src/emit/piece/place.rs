//! The places of pieces in a module.

/// Where a piece stands in a module, which decides on its indentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An item of the module.
    Item,
    /// An item of an impl.
    ImplItem,
    /// A field of a struct.
    Field,
    /// A variant of an enum.
    Variant,
    /// An attribute of a field or variant.
    Attribute,
    /// A parameter of a function of an impl, if each has a line of its own.
    Parameter,
    /// A statement of a function.
    Statement,
    /// An arm of the `match` that such a statement is.
    Arm,
    /// An arm of a `match` inside of `Ok`.
    InnerArm,
    /// A value of a field of the struct that such a statement is, if each has a line of
    /// its own.
    Value,
}

/// Code around a piece.
struct Surroundings {
    before: &'static str,
    after: &'static str,
    /// The number of lines that they are when they are formatted.
    lines_before: usize,
    lines_after: usize,
}

impl Surroundings {
    const fn new(
        before: &'static str,
        after: &'static str,
        lines_before: usize,
        lines_after: usize,
    ) -> Self {
        Surroundings {
            before,
            after,
            lines_before,
            lines_after,
        }
    }
}

impl Place {
    fn surroundings(self) -> Surroundings {
        match self {
            Place::Item => Surroundings::new("mod m {", "}", 1, 1),
            Place::ImplItem => Surroundings::new("mod m { impl T {", "} }", 2, 2),
            Place::Field => Surroundings::new("mod m { struct T {", "} }", 2, 2),
            Place::Variant => Surroundings::new("mod m { enum T {", "} }", 2, 2),
            Place::Attribute => Surroundings::new("mod m { struct T {", "f: () } }", 2, 3),
            Place::Statement => Surroundings::new("mod m { impl T { fn f() {", "} } }", 3, 3),
            Place::Arm => {
                Surroundings::new("mod m { impl T { fn f() { match () {", "} } } }", 4, 4)
            }
            Place::InnerArm => {
                Surroundings::new("mod m { impl T { fn f() { Ok(match () {", "}) } } }", 5, 5)
            }
            // A name that is too long for a list on one line.
            Place::Parameter => Surroundings::new(
                "mod m { impl T { fn f(",
                "last_of_a_list_that_is_by_far_too_long_to_have_only_one_line_for_all_of_its_elements: ()) {} } }",
                3,
                4,
            ),
            Place::Value => Surroundings::new(
                "mod m { impl T { fn f() { T {",
                "last_of_a_list_that_is_by_far_too_long_to_have_only_one_line_for_all_of_its_elements } } } }",
                4,
                5,
            ),
        }
    }

    /// The spaces in front of its lines.
    pub fn indentation(self) -> &'static str {
        match self {
            Place::Item => "    ",
            Place::ImplItem | Place::Field | Place::Variant | Place::Attribute => "        ",
            Place::Parameter | Place::Statement => "            ",
            Place::Arm | Place::Value => "                ",
            Place::InnerArm => "                    ",
        }
    }

    /// Formats a piece in its place.
    ///
    /// One that cannot be parsed is a bug in this crate. It is returned as it is, so
    /// that the compiler reports it.
    pub fn format(self, source: &str) -> String {
        let around = self.surroundings();
        let is_element = matches!(self, Place::Parameter | Place::Value);
        let comma = if is_element && !source.trim_end().ends_with(',') {
            ","
        } else {
            ""
        };
        let module = [around.before, "\n", source, comma, "\n", around.after].concat();
        let parsed = syn::parse_file(&module);
        debug_assert!(parsed.is_ok(), "not Rust: {source}");
        let Ok(file) = parsed else {
            return format!("{source}\n");
        };
        let formatted = prettyplease::unparse(&file);
        let lines: Vec<&str> = formatted.split_inclusive('\n').collect();
        let own = around.lines_before..lines.len().saturating_sub(around.lines_after);
        lines.get(own).unwrap_or_default().concat()
    }
}
