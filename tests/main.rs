//! The tests of the whole: what holds between the parts, and the real window. One binary, so that it is linked once.

mod bindings;
mod compare;
mod desk;
mod hostile;
mod ipc;
mod journeys;
mod layering;
mod renames;
mod review;
mod starting;
#[cfg(target_os = "linux")]
mod window;
