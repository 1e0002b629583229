//! The features of `qmp-bindings`: one for each release with bindings.

use qapi_codegen::analyse::names;
use qapi_codegen::version::Series;

use crate::failure::Failure;

const BEGIN: &str = "# Releases, written by `cargo xtask generate`:\n";
const END: &str = "# End of the releases.\n";

/// The manifest of the package with the features of these releases.
///
/// # Errors
///
/// The manifest has no lines that say where they stand.
pub fn in_manifest(manifest: &str, releases: &[Series]) -> Result<String, Failure> {
    let split = manifest.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = split.ok_or_else(|| {
        let message = "the manifest of qmp-bindings does not say where the features of releases go";
        let help = format!("put these two lines among its features:\n{BEGIN}{END}");
        Failure::new(message).with_help(help)
    })?;
    let features: String = releases
        .iter()
        .map(|&series| format!("{} = []\n", names::release(series)))
        .collect();
    Ok(format!("{before}{BEGIN}{features}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marked_lines_change() {
        let manifest = format!("[features]\n{BEGIN}v1_0 = []\n{END}tokio = []\n");
        let releases = [Series::new(2, 5), Series::new(2, 11)];
        let written = in_manifest(&manifest, &releases).unwrap();
        let expected = format!("[features]\n{BEGIN}v2_5 = []\nv2_11 = []\n{END}tokio = []\n");
        assert_eq!(written, expected);
        assert!(in_manifest("[features]\n", &releases).is_err());
    }
}
