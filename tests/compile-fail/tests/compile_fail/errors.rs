//! The errors of the compiler without what depends on the checkout: paths, and where in
//! the bindings something is.

/// The folder of the bindings in a path.
const BINDINGS: &str = "qmp-bindings/src/";

/// The errors in the form of the files.
pub fn normalized(errors: &str) -> String {
    let mut is_case = true;
    let mut lines: Vec<String> = Vec::new();
    for line in errors.lines() {
        let line = match path_line(line) {
            Some((arrow, path)) => {
                is_case = !path.contains(BINDINGS);
                format!(" {arrow} {}", shown_path(path))
            }
            None => without_gutter(line, is_case),
        };
        // A summary follows the errors.
        if line.starts_with("error: aborting due to") {
            break;
        }
        lines.push(line);
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// The line that names a file: `  --> src/main.rs:3:7`.
fn path_line(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start();
    let arrows = ["-->", ":::"].into_iter();
    let mut paths = arrows.filter_map(|arrow| Some((arrow, line.strip_prefix(arrow)?.trim())));
    paths.next()
}

/// A path of the bindings has no position, which each change of them moves.
fn shown_path(path: &str) -> String {
    match path.find(BINDINGS) {
        Some(start) => {
            let file = path[start..].split(':').next().unwrap_or_default();
            format!("$WORKSPACE/{file}")
        }
        None => path.trim_start_matches("tests/compile-fail/").to_owned(),
    }
}

/// A line of source or a remark below it. Line numbers of the bindings are left out, and
/// those of a program have one digit.
fn without_gutter(line: &str, is_case: bool) -> String {
    let trimmed = line.trim_start();
    let rest = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = match &trimmed[..trimmed.len() - rest.len()] {
        number if is_case && !number.is_empty() => number,
        _ => " ",
    };
    let rest = rest.trim_start();
    if let Some(source) = rest.strip_prefix('|') {
        return format!("{number} |{source}").trim_end().to_owned();
    }
    if let Some(source) = trimmed.strip_prefix("...").map(str::trim_start)
        && source.starts_with('|')
    {
        return format!("... {source}");
    }
    match trimmed.strip_prefix("= ") {
        Some(remark) => format!("  = {remark}"),
        None => line.trim_end().to_owned(),
    }
}
