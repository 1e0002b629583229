//! Pieces are what `prettyplease` prints, for names of all lengths.

use super::*;

/// A name that long.
fn name(length: usize) -> String {
    "n".repeat(length)
}

/// What `prettyplease` prints for the source code of a whole piece.
fn formatted(place: Place, source: &str) -> String {
    place.format(source)
}

#[test]
fn words_and_lines_take_the_place_of_names() {
    let docs = Lines::new("    /// One.\n    ///\n    /// Two.\n".to_owned());
    let field = piece!(Field { pub NAME: TYPE } NAME = "r#type", TYPE = "Vec<u8>");
    let item = piece!(
        Item { #[DOCS] pub struct NAME { FIELDS: () } }
        DOCS = &docs, NAME = "Other", FIELDS = &field
    );
    let expected = "    /// One.\n    ///\n    /// Two.\n    pub struct Other {\n        \
                    pub r#type: Vec<u8>,\n    }\n";
    assert_eq!(item.as_str(), expected);
    let without = piece!(
        Item { #[DOCS] pub struct NAME { FIELDS: () } }
        DOCS = &Lines::default(), NAME = "Other", FIELDS = &field
    );
    assert!(without.as_str().starts_with("    pub struct Other {\n"));
}

#[test]
fn lines_that_are_too_long_are_broken() {
    for length in 1..60 {
        let (ident, text) = (name(length), text(&name(length)));
        let value = piece!(
            Value { IDENT: required(slots.IDENT, NAME)? } IDENT = &ident, NAME = &text
        );
        let source = format!("{ident}: required(slots.{ident}, {text})?");
        assert_eq!(value.as_str(), formatted(Place::Value, &source));

        let arm = piece!(
            Arm { NAME => slots.IDENT = read::<WIRE, _>(map)?.map(|value| value.0), }
            NAME = &text, IDENT = &ident, WIRE = "Number"
        );
        let source =
            format!("{text} => slots.{ident} = read::<Number, _>(map)?.map(|value| value.0),");
        assert_eq!(arm.as_str(), formatted(Place::Arm, &source));

        let statement = piece!(
            Statement { put_some(map, NAME, &self.IDENT)?; } IDENT = &ident, NAME = &text
        );
        let source = format!("put_some(map, {text}, &self.{ident})?;");
        assert_eq!(statement.as_str(), formatted(Place::Statement, &source));
    }
}

#[test]
fn lists_have_one_line_or_a_line_for_each_element() {
    // From both ends, as nothing is known of the first list.
    for length in (1..50).rev().chain(1..50) {
        for count in 1..7 {
            let parameter = piece!(Parameter { IDENT: u8 } IDENT = &name(length));
            let value = piece!(Value { IDENT: slots.IDENT } IDENT = &name(length));
            let [parameters, values] = [parameter, value]
                .map(|element| vec![element; count].into_iter().collect::<List>());
            let item = piece!(
                Item { impl T { fn new(PARAMETERS) -> Self { Ok(Self { VALUES }) } } }
                PARAMETERS = &parameters, VALUES = &values
            );
            let (ident, list) = (name(length), |element: String| {
                vec![element; count].join(", ")
            });
            let source = format!(
                "impl T {{ fn new({}) -> Self {{ Ok(Self {{ {} }}) }} }}",
                list(format!("{ident}: u8")),
                list(format!("{ident}: slots.{ident}"))
            );
            assert_eq!(item.as_str(), formatted(Place::Item, &source));
        }
    }
}

#[test]
fn an_element_with_several_lines_breaks_its_list() {
    let ident = name(40);
    let value = || piece!(Value { IDENT: required(slots.IDENT)? } IDENT = &ident);
    let values: List = [value()].into_iter().collect();
    let item = piece!(
        Item { impl T { fn finish() -> Self { Ok(Self { VALUES }) } } } VALUES = &values
    );
    let source = format!(
        "impl T {{ fn finish() -> Self {{ Ok(Self {{ {ident}: required(slots.{ident})? }}) }} }}"
    );
    assert_eq!(item.as_str(), formatted(Place::Item, &source));
}

#[test]
fn literals_are_escaped() {
    assert_eq!(text("block-core"), r#""block-core""#);
    assert_eq!(text(r#"a"b\"#), r#""a\"b\\""#);
}
