//! The types that settings are made of.

use std::collections::{BTreeMap, BTreeSet};

use super::{Problems, Schema, Setting};

macro_rules! plain {
    ($kind:literal: $($type:ty),*) => {
        $(impl Setting for $type {
            fn schema() -> Schema {
                Schema::of($kind)
            }
        })*
    };
}
plain!("boolean": bool);
plain!("string": String);
plain!("number": f32, f64);
plain!("integer": i8, i16, i32, i64);

macro_rules! unsigned {
    ($($type:ty),*) => {
        $(impl Setting for $type {
            fn schema() -> Schema {
                let mut schema = Schema::of("integer");
                schema.set("minimum", 0);
                schema
            }
        })*
    };
}
unsigned!(u8, u16, u32, u64);

impl<T: Setting> Setting for Option<T> {
    fn schema() -> Schema {
        let mut schema = T::schema();
        schema.or_null();
        schema
    }

    fn problems(&self, pointer: &str, problems: &mut Problems) {
        self.iter().for_each(|value| value.problems(pointer, problems));
    }
}

macro_rules! list {
    ($($list:ident),*) => {
        $(impl<T: Setting> Setting for $list<T> {
            fn schema() -> Schema {
                Schema::holding("array", "items", T::schema())
            }

            fn problems(&self, pointer: &str, problems: &mut Problems) {
                self.iter().enumerate().for_each(|(index, value)| value.problems(&format!("{pointer}/{index}"), problems));
            }
        })*
    };
}
list!(Vec, BTreeSet);

impl<T: Setting> Setting for BTreeMap<String, T> {
    fn schema() -> Schema {
        Schema::holding("object", "additionalProperties", T::schema())
    }

    fn problems(&self, pointer: &str, problems: &mut Problems) {
        for (key, value) in self {
            value.problems(&format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), problems);
        }
    }
}
