//! The checker of the site: a question on standard input, the answer on standard
//! output. Browsers run it as WebAssembly with the interface of WASI, which needs
//! neither unsafe code nor generated bindings.

#![forbid(unsafe_code)]

use std::io::{self, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut question = String::new();
    let read = io::stdin().read_to_string(&mut question);
    let answer = read
        .map_err(|error| error.to_string())
        .and_then(|_| site::answer::answer(&question));
    let (text, code) = match answer {
        Ok(answer) => (answer, ExitCode::SUCCESS),
        Err(error) => (error, ExitCode::FAILURE),
    };
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}
