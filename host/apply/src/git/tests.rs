mod racing;
mod steps;
mod support;
mod tamper;
