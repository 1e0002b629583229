//! Where a command prints: data on standard output, all else on standard error.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;

use qapi_codegen::diagnostic::Diagnostic;
use qapi_codegen::diagnostic::Severity;
use qapi_codegen::source::Sources;

use crate::failure::Failure;
use crate::render;

/// When to colour what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Where a command prints.
#[derive(Debug)]
pub struct Console {
    color: ColorChoice,
}

impl Console {
    /// A console that colours as told.
    pub fn new(color: ColorChoice) -> Self {
        Console { color }
    }

    /// Prints data.
    ///
    /// # Errors
    ///
    /// Standard output does not take it.
    pub fn data(&mut self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Where much data is printed, piece by piece.
    pub fn writer(&self) -> Box<dyn Write> {
        Box::new(io::BufWriter::with_capacity(1 << 16, io::stdout()))
    }

    /// How data is coloured.
    pub fn paint_data(&self) -> Paint {
        Paint {
            is_on: self.colors_data(),
        }
    }

    /// How remarks are coloured.
    pub fn paint_remarks(&self) -> Paint {
        Paint {
            is_on: self.colors(&io::stderr()),
        }
    }

    /// Prints a remark. Nobody may be listening, and that is no mistake.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "note: {text}");
    }

    /// Says what was done.
    pub fn done(&mut self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints mistakes of an input beside the data, for commands whose data
    /// these are not.
    pub fn diagnostics(&mut self, sources: &Sources, diagnostics: &[Diagnostic]) {
        let text = render::diagnostics(sources, diagnostics, self.colors(&io::stderr()));
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Says why a command could not run.
    pub fn failure(&mut self, failure: &Failure) {
        let text = render::failure(failure, self.colors(&io::stderr()));
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Whether data is printed in colours.
    pub fn colors_data(&self) -> bool {
        self.colors(&io::stdout())
    }

    fn colors(&self, stream: &dyn IsTerminalStream) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                stream.terminal() && !refused
            }
        }
    }
}

/// Colours for words.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    is_on: bool,
}

impl Paint {
    /// A word in the colour of how bad it is.
    pub fn severity(self, severity: Severity, word: &str) -> String {
        let color = match severity {
            Severity::Error => "31",
            Severity::Unknown => "35",
            Severity::Warning => "33",
            Severity::Note => "36",
        };
        if self.is_on {
            format!("\u{1b}[1;{color}m{word}\u{1b}[0m")
        } else {
            word.to_owned()
        }
    }
}

/// `IsTerminal` is sealed and cannot be a trait object.
trait IsTerminalStream {
    fn terminal(&self) -> bool;
}

impl<T: IsTerminal> IsTerminalStream for T {
    fn terminal(&self) -> bool {
        self.is_terminal()
    }
}
