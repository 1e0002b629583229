//! Types, commands, events, members and values with the names that generated code has
//! for itself.

use std::collections::BTreeSet;
use std::fs;

use libtest_mimic::Failed;
use xtask::workspace;

use crate::new_release::Copy;
use crate::tools::expect;

/// Each kind of definition in turn has all the names, in a series of its own. Types of
/// that age may have any name.
pub fn compile() -> Result<(), Failed> {
    let names = names()?;
    expect(&names.join(" "), "MapAccessDeserializer")?;
    let copy = Copy::with_series(&[])?;
    let series = ["4.3", "4.4", "4.5", "4.6", "4.7"];
    for (series, kind) in series.iter().zip(KINDS) {
        let folder = copy.folder().join("schemas").join(series);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("qmp.json"), schema(&names, kind))?;
        let manifest = format!(
            "release = \"{series}.0\"\n[[schema]]\ninterface = \"qmp\"\nroot = \"\"\n\
             synthesised = true\ninput = []\n"
        );
        fs::write(folder.join("manifest.toml"), manifest)?;
    }
    let settings = format!("bindings = {series:?}\n");
    fs::write(copy.folder().join("schemas/project.toml"), settings)?;
    copy.run(0, &["generate"])?;
    copy.compile("v4_3,v4_4,v4_5,v4_6,v4_7,both-directions")
}

/// A kind of definition, with its body.
type Kind = (&'static str, &'static str);

const KINDS: [Kind; 5] = [
    (
        "struct",
        "'data': { 'slots': 'str', '*map': 'uint64', 'key': ['number'], '*extra': 'size', \
         'self': 'str', '*crate': 'any', 'new': 'bool', 'value': 'str' }",
    ),
    (
        "enum",
        "'data': [ 'unrecognized', 'self', 'Self', 'none', 'some', 'ok', 'err', 'string' ]",
    ),
    (
        "union",
        "'base': { 'slots': 'Choice', 'id': 'str', 'map': 'int' }, 'discriminator': 'slots', \
         'data': { 'unrecognized': 'Foo', 'self': 'Foo' }",
    ),
    (
        "union",
        "'base': { 'self': 'Choice' }, 'discriminator': 'self', \
         'data': { 'unrecognized': 'Foo', 'self': 'Foo' }",
    ),
    (
        "alternate",
        "'data': { 'self': 'Foo', 'unrecognized': 'str' }",
    ),
];

/// The enum of the branches of each union would have a name that is another's.
const COMMON: &str = "
{ 'enum': 'Choice', 'data': [ 'unrecognized', 'self' ] }
{ 'struct': 'Foo', 'data': { 'foo': 'str', '*extra': 'int' } }
{ 'union': 'Bar', 'base': { 'mode': 'Choice', 'x': 'str' }, 'discriminator': 'mode', 'data': { 'self': 'Foo' } }
{ 'union': 'Ab', 'base': { 'cd-e': 'Choice', 'x': 'str' }, 'discriminator': 'cd-e', 'data': { 'self': 'Foo' } }
{ 'union': 'AbCd', 'base': { 'e': 'Choice', 'x': 'str' }, 'discriminator': 'e', 'data': { 'self': 'Foo' } }
";

/// Names that generated code has for itself besides those that it imports: of the
/// standard library, of modules, of helper types, and of parameters of functions.
const NAMES: &str = "
    Box Clone Copy Debug Default Eq Err From Hash Into IntoIterator Iterator None Ok Option
    PartialEq QapiString Result Self Send Some String Sync ToOwned ToString Vec Fmt Std Core
    BarMode BarModeBranch BarSlots FooSlots QapiOption QapiFoo Slots Branch Unrecognized
    Both Command Commands Crate Current Event Events Release Types Wire AnyQmp Info
    A B C D E K M N S T V";

/// The names above, and those that generated code imports.
fn names() -> Result<Vec<String>, Failed> {
    let runtime = workspace::root().join("qmp-bindings/src/wire/mod.rs");
    let runtime = fs::read_to_string(runtime)?;
    let prelude = runtime.split_once("mod prelude").ok_or("no prelude")?.1;
    let words = prelude.split(|c: char| !c.is_alphanumeric());
    let imported = words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
    let names: BTreeSet<&str> = imported.chain(NAMES.split_whitespace()).collect();
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// A schema in which each name is a type, a command and an event.
fn schema(names: &[String], (kind, body): Kind) -> String {
    let mut text = COMMON.to_owned();
    let mut all = "'ab': 'Ab', 'ab-cd': 'AbCd', 'bar': 'Bar'".to_owned();
    for name in names {
        let (command, event) = (format!("c-{}", name.to_lowercase()), name.to_uppercase());
        text += &format!("{{ '{kind}': '{name}', {body} }}\n");
        let returns = match kind {
            "struct" | "union" => format!(", 'returns': ['{name}']"),
            _ => String::new(),
        };
        text += &format!("{{ 'command': '{command}', 'data': {{ 'x': '{name}' }}{returns} }}\n");
        all += &format!(", '{command}': '{name}', '*l-{command}': ['{name}']");
        if !names.contains(&event) {
            text += &format!("{{ 'event': '{event}', 'data': {{ 'slots': '{name}' }} }}\n");
        }
    }
    let operations = ["'command': 'option', 'returns': 'All'", "'event': 'ALL'"];
    text += &format!("{{ 'struct': 'All', 'data': {{ {all} }} }}\n");
    text += &operations
        .map(|own| format!("{{ {own}, 'data': 'All' }}\n"))
        .concat();
    text
}
