//! The features of `qmp-bindings`, one for each series with bindings.

use qapi_codegen::analyse::names;
use qapi_codegen::version::Series;

use crate::failure::Failure;

const BEGIN: &str = "# Releases, written by `cargo xtask generate`:\n";
const END: &str = "# End of the releases.\n";

/// Replaces the features of releases in the manifest of the package.
pub fn replace_features(manifest: &str, releases: &[Series]) -> Result<String, Failure> {
    let split = manifest.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = split.ok_or_else(|| {
        let message = "the manifest of qmp-bindings has no markers for the features of releases";
        let help = format!("add these two lines to `[features]`:\n{BEGIN}{END}");
        Failure::new(message).with_help(help)
    })?;
    let features: String = releases
        .iter()
        .map(|&series| format!("{} = []\n", names::release(series)))
        .collect();
    let names: Vec<String> = releases
        .iter()
        .map(|&series| names::release(series))
        .collect();
    let all = format!("all-releases = {names:?}\n");
    Ok(format!("{before}{BEGIN}{features}{all}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marked_lines_change() {
        let manifest = format!("[features]\n{BEGIN}v1_0 = []\n{END}tokio = []\n");
        let releases = [Series::new(2, 5), Series::new(2, 11)];
        let replaced = replace_features(&manifest, &releases).unwrap();
        let expected = format!(
            "[features]\n{BEGIN}v2_5 = []\nv2_11 = []\n\
         all-releases = [\"v2_5\", \"v2_11\"]\n{END}tokio = []\n"
        );
        assert_eq!(replaced, expected);
        assert!(replace_features("[features]\n", &releases).is_err());
    }
}
