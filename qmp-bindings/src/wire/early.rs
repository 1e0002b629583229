//! Members of a union that precede its discriminator.
//!
//! What they are is not known before the discriminator, so they are kept as tokens.
//! Decoding these costs a fraction of reading the text again: strings are borrowed from
//! the input, and arrays know their lengths.

mod read;
mod record;

use std::borrow::Cow;
use std::cell::Cell;
use std::mem;

use serde::de::MapAccess;

pub use read::Members;
use record::Recorder;

/// Members as tokens: a name, its value, the next name, and so on.
#[derive(Default)]
pub struct EarlyMembers<'i> {
    count: usize,
    tokens: Vec<Token<'i>>,
}

/// A name or value, or the beginning of a value.
enum Token<'i> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'i, str>),
    Array(Extent),
    Object(Extent),
}

/// What follows the beginning of an array or an object.
#[derive(Clone, Copy)]
struct Extent {
    /// How many items or members.
    count: usize,
    /// How many tokens.
    length: usize,
}

thread_local! {
    /// The memory of a union that is decoded, for the next one. An array of small unions
    /// would spend a tenth of the time on allocating it.
    static SPARE: Cell<Vec<Token<'static>>> = const { Cell::new(Vec::new()) };
}

/// Above this number of tokens memory is not kept for the next union.
const LARGE: usize = 4096;

impl<'i> EarlyMembers<'i> {
    /// Keeps the next value of `map` as the member `name`.
    pub fn keep<A: MapAccess<'i>>(
        &mut self,
        name: Cow<'i, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if self.tokens.capacity() == 0 {
            self.tokens = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        self.count += 1;
        self.tokens.push(Token::Text(name));
        map.next_value_seed(Recorder(&mut self.tokens))
    }

    /// Returns the members for decoding.
    pub fn read(&self) -> Members<'_> {
        Members::new(self.count, &self.tokens)
    }
}

impl EarlyMembers<'static> {
    /// Keeps the next value of `map` without borrowing from the input.
    pub fn keep_owned<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let mut member = EarlyMembers::default();
        member.keep(Cow::Owned(name.to_owned()), map)?;
        self.count += 1;
        self.tokens
            .extend(member.tokens.drain(..).map(Token::into_owned));
        Ok(())
    }
}

impl Drop for EarlyMembers<'_> {
    fn drop(&mut self) {
        let mut tokens = mem::take(&mut self.tokens);
        if (1..LARGE).contains(&tokens.capacity()) {
            tokens.clear();
            // An empty vector collects into its own memory.
            let spare = tokens.into_iter().map(Token::into_owned).collect();
            // A thread that ends has none.
            let _ = SPARE.try_with(|memory| memory.set(spare));
        }
    }
}

impl Token<'_> {
    fn into_owned(self) -> Token<'static> {
        match self {
            Token::Null => Token::Null,
            Token::Bool(value) => Token::Bool(value),
            Token::Unsigned(value) => Token::Unsigned(value),
            Token::Signed(value) => Token::Signed(value),
            Token::Float(value) => Token::Float(value),
            Token::Text(text) => Token::Text(Cow::Owned(text.into_owned())),
            Token::Array(extent) => Token::Array(extent),
            Token::Object(extent) => Token::Object(extent),
        }
    }
}
