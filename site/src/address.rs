//! The addresses of pages: stable, made from names alone.

use qapi_codegen::imported::QemuProgram;

/// The kinds of pages, one folder each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageKind {
    /// A command.
    Command,
    /// An event.
    Event,
    /// A type.
    Type,
    /// A device, also one that is a CPU.
    Device,
    /// An option of the command line.
    Option,
    /// A machine type.
    Machine,
    /// A CPU model of the command line.
    Cpu,
}

impl PageKind {
    /// All kinds.
    pub const ALL: [PageKind; 7] = [
        PageKind::Command,
        PageKind::Event,
        PageKind::Type,
        PageKind::Device,
        PageKind::Option,
        PageKind::Machine,
        PageKind::Cpu,
    ];

    /// The name of the folder.
    pub fn as_str(self) -> &'static str {
        match self {
            PageKind::Command => "command",
            PageKind::Event => "event",
            PageKind::Type => "type",
            PageKind::Device => "device",
            PageKind::Option => "option",
            PageKind::Machine => "machine",
            PageKind::Cpu => "cpu",
        }
    }

    /// The noun.
    pub fn noun(self) -> &'static str {
        match self {
            PageKind::Machine => "machine type",
            PageKind::Cpu => "CPU model",
            other => other.as_str(),
        }
    }

    /// The title of the list of all.
    pub fn plural(self) -> &'static str {
        match self {
            PageKind::Command => "Commands",
            PageKind::Event => "Events",
            PageKind::Type => "Types",
            PageKind::Device => "Devices",
            PageKind::Option => "Options",
            PageKind::Machine => "Machine types",
            PageKind::Cpu => "CPU models",
        }
    }
}

/// The folder of the pages of a program, with a slash unless it is the top.
pub fn program_folder(program: QemuProgram) -> &'static str {
    match program {
        QemuProgram::Emulator => "",
        QemuProgram::GuestAgent => "guest-agent/",
        QemuProgram::StorageDaemon => "storage-daemon/",
    }
}

/// The path of the page of an entity, from the top of the site.
pub fn page_path(program: QemuProgram, kind: PageKind, name: &str) -> String {
    let folder = program_folder(program);
    format!("{folder}{}/{}.html", kind.as_str(), file_name(name))
}

/// The path of the list of a kind, from the top of the site.
pub fn list_path(program: QemuProgram, kind: PageKind) -> String {
    format!("{}{}s.html", program_folder(program), kind.as_str())
}

/// The path from a page to the top of the site: empty or `../`.
pub fn path_to_top(page: &str) -> String {
    "../".repeat(page.matches('/').count())
}

/// A name as a file name: other characters than letters, digits and `-_.+` are
/// written as `~` and their code. The same rule is in `search.js`.
pub fn file_name(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' | '.' | '+' => text.push(character),
            other => text += &format!("~{:x}", u32::from(other)),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_folder() {
        assert_eq!(file_name("SUNW,fdtwo"), "SUNW~2cfdtwo");
        assert_eq!(file_name("../a\"<b>"), "..~2fa~22~3cb~3e");
        let path = page_path(QemuProgram::GuestAgent, PageKind::Command, "guest-ping");
        assert_eq!(path, "guest-agent/command/guest-ping.html");
        assert_eq!(path_to_top(&path), "../../");
    }
}
