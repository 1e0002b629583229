//! The table of members, values and branches, with since and until.

use qapi_codegen::diff::report::html::markup::{escape, table};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::version::{Series, Version};

use crate::address::{PageKind, page_path};
use crate::collect::members::{MemberRow, MemberState, MemberTable, RowKind, TypeLabel};
use crate::presence::Presence;

/// The context in which a table is shown.
#[derive(Debug)]
pub struct MemberContext<'s> {
    /// The program.
    pub program: QemuProgram,
    /// The path from the page to the top of the site.
    pub top: &'s str,
    /// All series, oldest first.
    pub series: &'s [Series],
    /// The series that have the entity of the members.
    pub owner: &'s Presence,
}

impl MemberContext<'_> {
    /// Writes the table; nothing without rows.
    pub fn table(&self, members: &MemberTable) -> String {
        if members.rows.is_empty() {
            return String::new();
        }
        let typed = members.rows.iter().any(|row| row.kind != RowKind::Value);
        let columns = match typed {
            true => &["name", "type", "since", "until"][..],
            false => &["value", "since", "until"],
        };
        let head = columns
            .iter()
            .map(|name| format!("<th scope=\"col\">{name}</th>"));
        let rows = members.rows.iter().map(|row| self.row(row, typed));
        table(
            " class=\"members\"",
            &head.collect::<String>(),
            &rows.collect::<String>(),
        )
    }

    fn row(&self, row: &MemberRow, typed: bool) -> String {
        let id = format!("m-{}", escape(&row.name));
        let newest = row.newest().cloned().unwrap_or_default();
        let ty = match typed {
            true => format!(
                "<td>{}{}</td>",
                self.newest_type(row, &newest),
                self.earlier_types(row)
            ),
            false => String::new(),
        };
        let removed = self.until(row);
        let class = match removed.is_empty() {
            true => "",
            false => " class=\"removed\"",
        };
        format!(
            "<tr id=\"{id}\"{class}><th scope=\"row\"><a class=\"self\" href=\"#{id}\"><code>{}</code></a>{}</th>\
             {ty}<td>{}</td><td>{removed}</td></tr>\n",
            escape(&row.name),
            notes(&newest),
            self.since(row),
        )
    }

    fn newest_type(&self, row: &MemberRow, newest: &MemberState) -> String {
        let label = newest.ty.as_ref().map(|ty| self.type_link(ty));
        let optional = match (row.kind, newest.optional) {
            (RowKind::Member, true) => " <span class=\"since\">optional</span>",
            (RowKind::Member, false) => " <span class=\"since\">required</span>",
            _ => "",
        };
        label.unwrap_or_default() + optional
    }

    /// Earlier types and requirements, each with its last series.
    fn earlier_types(&self, row: &MemberRow) -> String {
        let pairs = row.states.windows(2).filter(|pair| {
            pair[0].1.ty != pair[1].1.ty || pair[0].1.optional != pair[1].1.optional
        });
        let texts = pairs.map(|pair| {
            let last = row.presence.indices().take_while(|index| *index < pair[0].0).last();
            let last = last.map_or(String::new(), |index| self.series[index].to_string());
            let old = &pair[1].1;
            let ty = old.ty.as_ref().filter(|ty| pair[0].1.ty.as_ref() != Some(ty));
            let ty = ty.map(|ty| self.type_link(ty) + " ").unwrap_or_default();
            let optional = match (old.optional, pair[0].1.optional) {
                (true, false) => "optional ",
                (false, true) => "required ",
                _ => "",
            };
            format!("<br><span class=\"since\">until {last}: </span>{ty}<span class=\"since\">{optional}</span>")
        });
        texts.collect()
    }

    /// Links a type that has a page.
    pub fn type_link(&self, ty: &TypeLabel) -> String {
        let text = escape(&ty.text());
        match ty.has_page {
            true => format!(
                "<a href=\"{}{}\"><code>{text}</code></a>",
                self.top,
                page_path(self.program, PageKind::Type, &ty.name)
            ),
            false => format!("<code>{text}</code>"),
        }
    }

    fn since(&self, row: &MemberRow) -> String {
        since_text(self.series, &row.presence, row.documented_since)
    }

    fn until(&self, row: &MemberRow) -> String {
        match (row.presence.last(), self.owner.last()) {
            (Some(last), Some(owner)) if last < owner => self.series[last].to_string(),
            _ => String::new(),
        }
    }
}

/// Since when something exists. What the oldest series has may be older, by the
/// documentation of QEMU.
pub fn since_text(series: &[Series], presence: &Presence, documented: Option<Version>) -> String {
    let Some(first) = presence.first() else {
        return String::new();
    };
    let earlier = documented.filter(|version| first == 0 && version.series() < series[0]);
    match earlier {
        Some(version) => format!("{version:#}"),
        None if first == 0 => format!("{} or before", series[0]),
        None => series[first].to_string(),
    }
}

fn notes(newest: &MemberState) -> String {
    let mut notes = String::new();
    if newest.deprecated {
        notes += " <span class=\"badge dangerous\">deprecated</span>";
    }
    if newest.unstable {
        notes += " <span class=\"badge dangerous\">unstable</span>";
    }
    if let Some(condition) = &newest.condition {
        notes += &format!("<br><span class=\"since\">if {}</span>", escape(condition));
    }
    notes
}
