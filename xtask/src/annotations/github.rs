//! Workflow commands of GitHub Actions.

use std::io::{self, Write};

use super::{Annotation, AnnotationLevel};

/// Writes a line for each annotation.
pub fn write(annotations: &[Annotation], out: &mut dyn Write) -> io::Result<()> {
    for annotation in annotations {
        let level = match annotation.level {
            AnnotationLevel::Error => "error",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Note => "notice",
        };
        let place = annotation.place.as_ref().map(|(file, line, column)| {
            format!("file={},line={line},col={column},", escape_property(file))
        });
        let title = escape_property(&annotation.rule);
        let message = escape(&annotation.text());
        let place = place.unwrap_or_default();
        writeln!(out, "::{level} {place}title={title}::{message}")?;
    }
    Ok(())
}

fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        let annotation = Annotation {
            level: AnnotationLevel::Error,
            rule: "a:b".to_owned(),
            subject: "stop".to_owned(),
            message: "100%\nx".to_owned(),
            help: None,
            place: Some(("a,b".to_owned(), 1, 2)),
        };
        let mut out = Vec::new();
        write(&[annotation], &mut out).unwrap();
        let expected = "::error file=a%2Cb,line=1,col=2,title=a%3Ab::stop: 100%25%0Ax\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
