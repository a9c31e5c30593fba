//! No text makes the parser of image references panic, and what it takes it writes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::image::ImageReference;

fuzz_target!(|text: &str| {
    if let Ok(image) = text.parse::<ImageReference>() {
        assert_eq!(image.to_string(), text);
    }
});
