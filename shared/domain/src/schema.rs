//! What types that read and write themselves as text are called in the contracts (JSON Schema).
//!
//! Where a type's own code decides what it accepts, its schema stands beside that code: here is only
//! how it is declared.

/// Gives a type a named schema, written as JSON.
macro_rules! schema_as {
    ($name:ident, {$($schema:tt)*}) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({$($schema)*})
            }
        }
    };
}

pub(crate) use schema_as;
