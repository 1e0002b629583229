//! Pieces of Rust source that are parsed once.
//!
//! Most of the generated code is a few pieces with other names in them. Their tokens
//! are parsed once in each thread, and the syntax tree is copied for each use, because
//! parsing tokens takes longer than all the rest of a generation.

use std::mem;

use proc_macro2::{Ident, Span};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprArray, ExprLit, ExprMatch, ExprStruct, Field, FieldValue,
    FieldsNamed, File, FnArg, ImplItem, Item, ItemEnum, ItemImpl, Lit, LitStr, Meta, Pat,
    Signature, Stmt, Type, Variant,
};

/// A copy of a piece of source with other content in place of the names that are
/// assigned.
///
/// A name stands for an identifier, a string literal, an expression or a type. A list
/// takes the place of one attribute, statement, arm, field, value of a field, variant,
/// parameter, item or element with that name.
macro_rules! piece {
    ($kind:ty { $($source:tt)* } $($name:ident = $content:expr),* $(,)?) => {{
        thread_local! {
            static PARSED: $kind = syn::parse_quote! { $($source)* };
        }
        let piece: $kind = PARSED.with(Clone::clone);
        $crate::emit::piece::fill(
            piece,
            &mut [$((stringify!($name), $crate::emit::piece::Content::from($content))),*],
        )
    }};
}
pub(super) use piece;

/// What takes the place of a name.
pub enum Content {
    Ident(Ident),
    Text(LitStr),
    Expr(Box<Expr>),
    Type(Box<Type>),
    Attributes(Vec<Attribute>),
    Statements(Vec<Stmt>),
    Arms(Vec<Arm>),
    Fields(Vec<Field>),
    Values(Vec<FieldValue>),
    Variants(Vec<Variant>),
    Parameters(Vec<FnArg>),
    Items(Vec<ImplItem>),
    Elements(Vec<Expr>),
}

macro_rules! content_from {
    ($($kind:ty: $variant:ident,)*) => {
        $(impl From<$kind> for Content {
            fn from(content: $kind) -> Self {
                Content::$variant(content.into())
            }
        })*
    };
}

content_from! {
    Ident: Ident,
    LitStr: Text,
    Expr: Expr,
    Type: Type,
    Vec<Attribute>: Attributes,
    Vec<Stmt>: Statements,
    Vec<Arm>: Arms,
    Vec<Field>: Fields,
    Vec<FieldValue>: Values,
    Vec<Variant>: Variants,
    Vec<FnArg>: Parameters,
    Vec<ImplItem>: Items,
    Vec<Expr>: Elements,
}

impl From<&Ident> for Content {
    fn from(ident: &Ident) -> Self {
        Content::Ident(ident.clone())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Content::Text(LitStr::new(text, Span::call_site()))
    }
}

/// A node of the syntax tree that can be a piece.
pub trait Piece {
    fn accept(&mut self, filler: &mut Filler<'_>);
}

macro_rules! pieces {
    ($($kind:ty: $visit:ident,)*) => {
        $(impl Piece for $kind {
            fn accept(&mut self, filler: &mut Filler<'_>) {
                filler.$visit(self);
            }
        })*
    };
}

pieces! {
    Arm: visit_arm_mut,
    Attribute: visit_attribute_mut,
    Expr: visit_expr_mut,
    Field: visit_field_mut,
    FieldValue: visit_field_value_mut,
    FnArg: visit_fn_arg_mut,
    ImplItem: visit_impl_item_mut,
    Item: visit_item_mut,
    File: visit_file_mut,
    Stmt: visit_stmt_mut,
    Type: visit_type_mut,
    Variant: visit_variant_mut,
}

/// Puts content in place of names.
pub fn fill<P: Piece>(mut piece: P, contents: &mut [(&'static str, Content)]) -> P {
    if !contents.is_empty() {
        piece.accept(&mut Filler { contents });
    }
    piece
}

/// The walk over a piece. Lists are filled in after their other elements are visited,
/// so that content is not visited itself.
pub struct Filler<'a> {
    contents: &'a mut [(&'static str, Content)],
}

impl Filler<'_> {
    fn find(&mut self, name: &Ident) -> Option<&mut Content> {
        let mut contents = self.contents.iter_mut();
        let (_, content) = contents.find(|(other, _)| name == other)?;
        Some(content)
    }

    /// Puts lists in place of the elements that have their names.
    fn splice<T, L>(&mut self, elements: &mut L)
    where
        T: Element,
        L: Default + FromIterator<T> + IntoIterator<Item = T>,
        for<'l> &'l L: IntoIterator<Item = &'l T>,
    {
        let is_list = |element: &T| {
            let content = element.name().and_then(|name| self.find(name));
            content.and_then(T::list).is_some()
        };
        if !(&*elements).into_iter().any(is_list) {
            return;
        }
        let mut list_of = |element: &T| T::list(self.find(element.name()?)?).map(mem::take);
        let lists: Vec<Option<Vec<T>>> = (&*elements).into_iter().map(&mut list_of).collect();
        let old = mem::take(elements).into_iter().zip(lists);
        let new = old.flat_map(|(element, list)| list.unwrap_or_else(|| vec![element]));
        *elements = new.collect();
    }
}

/// A node that a list can take the place of.
trait Element: Sized {
    fn name(&self) -> Option<&Ident>;

    fn list(content: &mut Content) -> Option<&mut Vec<Self>>;
}

macro_rules! elements {
    ($($kind:ty: $variant:ident, $name:expr;)*) => {
        $(impl Element for $kind {
            fn name(&self) -> Option<&Ident> {
                let name: fn(&$kind) -> Option<&Ident> = $name;
                name(self)
            }

            fn list(content: &mut Content) -> Option<&mut Vec<Self>> {
                match content {
                    Content::$variant(list) => Some(list),
                    _ => None,
                }
            }
        })*
    };
}

elements! {
    Arm: Arms, |arm| pattern_name(&arm.pat);
    Attribute: Attributes, |attribute| match &attribute.meta {
        Meta::Path(path) => path.get_ident(),
        _ => None,
    };
    Expr: Elements, path_of;
    Field: Fields, |field| field.ident.as_ref();
    FieldValue: Values, |value| path_of(&value.expr);
    FnArg: Parameters, |parameter| match parameter {
        FnArg::Typed(parameter) => pattern_name(&parameter.pat),
        FnArg::Receiver(_) => None,
    };
    ImplItem: Items, |item| match item {
        ImplItem::Type(item) => Some(&item.ident),
        _ => None,
    };
    Stmt: Statements, |statement| match statement {
        Stmt::Expr(expr, Some(_)) => path_of(expr),
        _ => None,
    };
    Variant: Variants, |variant| Some(&variant.ident);
}

/// The name that an expression consists of.
fn path_of(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The name that a pattern consists of.
fn pattern_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(pattern) => Some(&pattern.ident),
        _ => None,
    }
}

fn literal(text: &LitStr) -> ExprLit {
    ExprLit {
        attrs: Vec::new(),
        lit: Lit::Str(text.clone()),
    }
}

impl VisitMut for Filler<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if let Some(Content::Ident(other)) = self.find(ident) {
            *ident = other.clone();
        }
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        self.splice(attributes);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match path_of(expr).and_then(|name| self.find(name)) {
            Some(Content::Text(text)) => *expr = Expr::Lit(literal(text)),
            Some(Content::Expr(other)) => *expr = (**other).clone(),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        let name = match ty {
            Type::Path(path) => path.path.get_ident(),
            _ => None,
        };
        match name.and_then(|name| self.find(name)) {
            Some(Content::Type(other)) => *ty = (**other).clone(),
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_pat_mut(&mut self, pattern: &mut Pat) {
        match pattern_name(pattern).and_then(|name| self.find(name)) {
            Some(Content::Text(text)) => *pattern = Pat::Lit(literal(text)),
            _ => visit_mut::visit_pat_mut(self, pattern),
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        self.splice(&mut block.stmts);
    }

    fn visit_expr_array_mut(&mut self, expr: &mut ExprArray) {
        visit_mut::visit_expr_array_mut(self, expr);
        self.splice(&mut expr.elems);
    }

    fn visit_expr_match_mut(&mut self, expr: &mut ExprMatch) {
        visit_mut::visit_expr_match_mut(self, expr);
        self.splice(&mut expr.arms);
    }

    fn visit_expr_struct_mut(&mut self, expr: &mut ExprStruct) {
        visit_mut::visit_expr_struct_mut(self, expr);
        self.splice(&mut expr.fields);
    }

    fn visit_fields_named_mut(&mut self, fields: &mut FieldsNamed) {
        visit_mut::visit_fields_named_mut(self, fields);
        self.splice(&mut fields.named);
    }

    fn visit_item_enum_mut(&mut self, item: &mut ItemEnum) {
        visit_mut::visit_item_enum_mut(self, item);
        self.splice(&mut item.variants);
    }

    fn visit_item_impl_mut(&mut self, item: &mut ItemImpl) {
        visit_mut::visit_item_impl_mut(self, item);
        self.splice(&mut item.items);
    }

    fn visit_signature_mut(&mut self, signature: &mut Signature) {
        visit_mut::visit_signature_mut(self, signature);
        self.splice(&mut signature.inputs);
    }
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, format_ident, quote};

    use super::*;

    #[test]
    fn content_takes_the_place_of_names() {
        let docs: [Attribute; 2] = ["One.", "Two."].map(|line| syn::parse_quote!(#[doc = #line]));
        let values = |names: &[&str]| -> Vec<FieldValue> {
            let names = names.iter().map(|name| format_ident!("{name}"));
            names
                .map(|name| piece!(FieldValue { NAME } NAME = name))
                .collect()
        };
        let function = |values: Vec<FieldValue>| {
            piece!(
                ImplItem {
                    #[DOCS]
                    fn NAME(PARAMETERS: ()) -> TYPE {
                        match TEXT { TEXT => NAME { VALUES, last } }
                    }
                }
                DOCS = docs.to_vec(),
                NAME = format_ident!("Other"),
                PARAMETERS = Vec::<FnArg>::new(),
                TYPE = piece!(Type { Vec<ITEM> } ITEM = format_ident!("Item")),
                TEXT = "text",
                VALUES = values
            )
        };
        let expected = quote! {
            #[doc = "One."]
            #[doc = "Two."]
            fn Other() -> Vec<Item> {
                match "text" { "text" => Other { first, second, last } }
            }
        };
        let filled = function(values(&["first", "second"])).into_token_stream();
        assert_eq!(filled.to_string(), expected.to_string());
        // The piece that is copied stays as it is.
        let empty = function(values(&[])).into_token_stream().to_string();
        assert!(empty.contains("Other { last }"), "{empty}");
    }
}
