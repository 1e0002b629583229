//! The parser of `qapi-codegen` is what pest makes of its grammar.
//!
//! It is kept, so that a build does not need pest's macro and all that this depends on.
//! With `GRAMMAR=overwrite` the test writes it.

use std::{env, fs};

use quote::quote;

const GRAMMAR: &str = include_str!("../../../qapi-codegen/src/parse/qapi.pest");
const PARSER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../qapi-codegen/src/parse/grammar.rs"
);

/// Returns the parser for the grammar, as Rust source.
fn parser() -> String {
    let derive = quote! {
        #[grammar_inline = #GRAMMAR]
        struct Grammar;
    };
    let parser = pest_generator::derive_parser(derive, false);
    let items = quote! {
        pub struct Grammar;
        #parser
    };
    let file = syn::parse2(items).expect("pest makes valid items");
    let source = prettyplease::unparse(&file);
    format!("// The parser for qapi.pest, made by pest: see tests/grammar.\n\n{source}")
}

#[test]
fn the_parser_is_made_from_the_grammar() {
    let parser = parser();
    if env::var_os("GRAMMAR").is_some_and(|value| value == "overwrite") {
        fs::write(PARSER, &parser).unwrap();
    }
    let kept = fs::read_to_string(PARSER).unwrap();
    assert!(
        kept == parser,
        "the grammar has changed: `GRAMMAR=overwrite cargo test --manifest-path \
         tests/grammar/Cargo.toml` writes the parser"
    );
}
