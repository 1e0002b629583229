//! Output: data on standard output, everything else on standard error.

use std::io::{self, BufWriter, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;

use qapi_codegen::diagnostic::Diagnostic;
use qapi_codegen::diagnostic::Severity;
use qapi_codegen::source::Sources;

use crate::failure::Failure;
use crate::render;

/// When to colour the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<ColorChoice> for anstream::ColorChoice {
    fn from(choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }
}

/// Standard output and standard error of a command.
///
/// Text is styled with ANSI escape sequences, which are removed where colours
/// are not wanted.
#[derive(Debug)]
pub struct Console {
    color: ColorChoice,
}

impl Console {
    /// Creates a console that colours its output as `color` says.
    pub fn new(color: ColorChoice) -> Self {
        Console { color }
    }

    /// The width of the terminal that standard output is, or the widest that any
    /// text needs.
    pub fn width(&self) -> usize {
        let size = terminal_size::terminal_size_of(io::stdout());
        size.map_or(usize::MAX, |(width, _)| usize::from(width.0))
    }

    /// Prints data as it is.
    pub fn data(&mut self, text: &str) -> Result<(), Failure> {
        print(self.writer(), text)
    }

    /// Prints a value as JSON on one line.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.data(&(serde_json::to_string(value)? + "\n"))
    }

    /// Prints text that holds styles.
    pub fn styled(&mut self, text: &str) -> Result<(), Failure> {
        print(self.styled_writer(), text)
    }

    /// Standard output, buffered, for data that is written as it is.
    pub fn writer(&self) -> Box<dyn Write> {
        buffered(io::stdout())
    }

    /// Standard output, buffered, for text that holds styles.
    pub fn styled_writer(&self) -> Box<dyn Write> {
        buffered(AutoStream::new(io::stdout(), self.color.into()))
    }

    /// Prints a note on standard error.
    pub fn note(&mut self, text: &str) {
        self.status(&format!("note: {text}"));
    }

    /// Prints several notes on standard error.
    pub fn notes(&mut self, notes: &[String]) {
        notes.iter().for_each(|note| self.note(note));
    }

    /// Prints a line on standard error. Nobody may read it, which is not an
    /// error.
    pub fn status(&mut self, text: &str) {
        let _ = writeln!(self.stderr(), "{text}");
    }

    /// Prints diagnostics on standard error.
    pub fn diagnostics(&mut self, sources: &Sources, diagnostics: &[Diagnostic]) {
        let text = render::diagnostics(sources, diagnostics);
        let _ = self.stderr().write_all(text.as_bytes());
    }

    /// Prints why a command could not run.
    pub fn failure(&mut self, failure: &Failure) {
        for invalid in failure.invalid_schemas() {
            self.diagnostics(&invalid.sources, &invalid.diagnostics);
        }
        self.status(&render::failure(failure));
    }

    fn stderr(&self) -> AutoStream<io::StderrLock<'static>> {
        AutoStream::new(io::stderr().lock(), self.color.into())
    }
}

/// The style of a severity.
pub fn severity_style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Unknown => AnsiColor::Magenta,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

fn print(mut out: Box<dyn Write>, text: &str) -> Result<(), Failure> {
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn buffered(out: impl Write + 'static) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(1 << 16, IgnoreClosedPipe(out)))
}

/// A writer that drops what it gets once its reader, such as `head`, is gone.
/// The command runs to its end, so that the exit status is the usual one.
struct IgnoreClosedPipe<W>(W);

impl<W: Write> Write for IgnoreClosedPipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if_open(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if_open(self.0.flush(), ())
    }
}

fn if_open<T>(result: io::Result<T>, closed: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(closed),
        result => result,
    }
}
