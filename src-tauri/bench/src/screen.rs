//! Looks at an X display from outside and presses keys, as a person with a stopwatch would.
//!
//! Method after performance.md section 9 of the design: keys by XTest, pixels polled in a small band (a poll of the
//! whole screen steals a core and inflates the result), changes narrower than 4 pixels ignored (a blinking caret).

use std::error::Error;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, InputFocus, MapState, Window, WindowClass};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const KEY_PRESS: u8 = 2;
const KEY_RELEASE: u8 = 3;
const BUTTON_PRESS: u8 = 4;
const BUTTON_RELEASE: u8 = 5;
/// Pause between two looks.
const LOOK: Duration = Duration::from_micros(1500);

/// A part of the screen, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Left.
    pub x: i16,
    /// Top.
    pub y: i16,
    /// Width.
    pub w: u16,
    /// Height.
    pub h: u16,
}

/// A display under observation.
pub struct Screen {
    connection: RustConnection,
    root: Window,
    /// Size of the whole screen.
    pub whole: Area,
}

impl Screen {
    /// Connects to a display by its name, else to `DISPLAY`.
    ///
    /// # Errors
    /// No display.
    pub fn open(name: Option<&str>) -> Result<Self> {
        let (connection, number) = x11rb::connect(name)?;
        let screen = &connection.setup().roots[number];
        let whole = Area { x: 0, y: 0, w: screen.width_in_pixels, h: screen.height_in_pixels };
        let root = screen.root;
        Ok(Self { connection, root, whole })
    }

    /// Clears what windows that are gone left on the screen: without a window manager nobody else does, and old text
    /// would be taken for new.
    ///
    /// # Errors
    /// The server's.
    pub fn wipe(&self) -> Result<()> {
        let black = x11rb::protocol::xproto::ChangeWindowAttributesAux::new().background_pixel(0);
        self.connection.change_window_attributes(self.root, &black)?;
        self.connection.clear_area(false, self.root, 0, 0, self.whole.w, self.whole.h)?;
        self.connection.sync_reply()
    }

    /// The pixels of an area, four bytes each.
    ///
    /// # Errors
    /// The server's.
    pub fn look(&self, area: Area) -> Result<Vec<u8>> {
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, area.x, area.y, area.w, area.h, !0)?
            .reply()?;
        Ok(image.data)
    }

    /// The largest window that is shown.
    ///
    /// # Errors
    /// The server's.
    pub fn largest_window(&self) -> Result<Option<Window>> {
        let mut best = None;
        for child in self.connection.query_tree(self.root)?.reply()?.children {
            let Ok(attributes) = self.connection.get_window_attributes(child)?.reply() else { continue };
            if attributes.map_state != MapState::VIEWABLE || attributes.class != WindowClass::INPUT_OUTPUT {
                continue;
            }
            let Ok(geometry) = self.connection.get_geometry(child)?.reply() else { continue };
            let size = u32::from(geometry.width) * u32::from(geometry.height);
            if geometry.width > 200 && geometry.height > 150 && best.is_none_or(|(_, other)| size > other) {
                best = Some((child, size));
            }
        }
        Ok(best.map(|(window, _)| window))
    }

    /// Gives the keyboard to the largest window and makes it fill the screen.
    ///
    /// # Errors
    /// The server's, or no window.
    pub fn focus_and_fill(&self) -> Result<()> {
        let window = self.largest_window()?.ok_or("no window")?;
        let place = x11rb::protocol::xproto::ConfigureWindowAux::new()
            .x(0)
            .y(0)
            .width(u32::from(self.whole.w))
            .height(u32::from(self.whole.h));
        self.connection.configure_window(window, &place)?;
        self.connection.set_input_focus(InputFocus::POINTER_ROOT, window, x11rb::CURRENT_TIME)?;
        self.connection.sync_reply()
    }

    /// Takes the keyboard away from every window, as another program that comes to the front does.
    ///
    /// # Errors
    /// The server's.
    pub fn unfocus(&self) -> Result<()> {
        self.connection.set_input_focus(InputFocus::NONE, x11rb::NONE, x11rb::CURRENT_TIME)?;
        self.connection.sync_reply()
    }

    /// Presses and releases a key by its keysym.
    ///
    /// # Errors
    /// The server's, or no such key on this keyboard.
    pub fn key(&self, keysym: u32) -> Result<()> {
        self.chord(&[keysym])
    }

    /// Presses keys one after the other and releases them the other way round.
    ///
    /// # Errors
    /// As [`Screen::key`].
    pub fn chord(&self, keysyms: &[u32]) -> Result<()> {
        let codes = keysyms.iter().map(|keysym| self.keycode(*keysym)).collect::<Result<Vec<u8>>>()?;
        for code in &codes {
            self.connection.xtest_fake_input(KEY_PRESS, *code, 0, self.root, 0, 0, 0)?;
        }
        for code in codes.iter().rev() {
            self.connection.xtest_fake_input(KEY_RELEASE, *code, 0, self.root, 0, 0, 0)?;
        }
        self.connection.flush()?;
        Ok(())
    }

    /// Clicks at a place.
    ///
    /// # Errors
    /// The server's.
    pub fn click(&self, x: i16, y: i16) -> Result<()> {
        self.connection.warp_pointer(x11rb::NONE, self.root, 0, 0, 0, 0, x, y)?;
        for kind in [BUTTON_PRESS, BUTTON_RELEASE] {
            self.connection.xtest_fake_input(kind, 1, 0, self.root, 0, 0, 0)?;
        }
        self.connection.flush()?;
        Ok(())
    }

    fn keycode(&self, keysym: u32) -> Result<u8> {
        let setup = self.connection.setup();
        let count = setup.max_keycode - setup.min_keycode + 1;
        let map = self.connection.get_keyboard_mapping(setup.min_keycode, count)?.reply()?;
        let per_key = usize::from(map.keysyms_per_keycode);
        let index = map
            .keysyms
            .chunks(per_key)
            .position(|symbols| symbols.first() == Some(&keysym))
            .ok_or_else(|| format!("no key for keysym {keysym:#x}"))?;
        Ok(setup.min_keycode + u8::try_from(index)?)
    }

    /// Waits until an area differs from what it was by at least `pixels`, over a width of 4 or more.
    /// `None` after the limit.
    ///
    /// # Errors
    /// The server's.
    pub fn wait_for_change(
        &self,
        area: Area,
        before: &[u8],
        pixels: usize,
        limit: Duration,
    ) -> Result<Option<Instant>> {
        let start = Instant::now();
        while start.elapsed() < limit {
            let now = self.look(area)?;
            let (count, bounds) = difference(before, &now, area);
            if count >= pixels && bounds.is_some_and(|bounds| bounds.w >= 4) {
                return Ok(Some(Instant::now()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(None)
    }

    /// Waits until an area has stayed the same for a while.
    ///
    /// # Errors
    /// The server's.
    pub fn wait_for_rest(&self, area: Area, rest: Duration, limit: Duration) -> Result<()> {
        let start = Instant::now();
        let mut before = self.look(area)?;
        let mut since = Instant::now();
        while since.elapsed() < rest && start.elapsed() < limit {
            std::thread::sleep(Duration::from_millis(20));
            let now = self.look(area)?;
            let (count, bounds) = difference(&before, &now, area);
            if count > 0 && bounds.is_some_and(|bounds| bounds.w >= 4) {
                since = Instant::now();
                before = now;
            }
        }
        Ok(())
    }
}

trait SyncReply {
    fn sync_reply(&self) -> Result<()>;
}

impl SyncReply for RustConnection {
    fn sync_reply(&self) -> Result<()> {
        // Any request with a reply makes sure that all before it were carried out.
        self.get_input_focus()?.reply()?;
        Ok(())
    }
}

/// Levels of a channel that nobody sees: the edge of an icon that is painted again may differ by one.
const SEEN: u8 = 8;

/// How many pixels differ, and the box around them. What nobody would see does not count.
#[must_use]
pub fn difference(before: &[u8], after: &[u8], area: Area) -> (usize, Option<Area>) {
    let row = usize::from(area.w) * 4;
    let (mut count, mut left, mut right, mut top, mut bottom) = (0, usize::MAX, 0, usize::MAX, 0);
    for (y, (a, b)) in before.chunks_exact(row).zip(after.chunks_exact(row)).enumerate() {
        if a == b {
            continue;
        }
        for (x, (a, b)) in a.chunks_exact(4).zip(b.chunks_exact(4)).enumerate() {
            if a[..3].iter().zip(&b[..3]).any(|(a, b)| a.abs_diff(*b) > SEEN) {
                count += 1;
                left = left.min(x);
                right = right.max(x);
                top = top.min(y);
                bottom = y;
            }
        }
    }
    let small = |n: usize| i16::try_from(n).unwrap_or(i16::MAX);
    let bounds = (count > 0).then(|| Area {
        x: area.x + small(left),
        y: area.y + small(top),
        w: u16::try_from(right - left + 1).unwrap_or(u16::MAX),
        h: u16::try_from(bottom - top + 1).unwrap_or(u16::MAX),
    });
    (count, bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_counted_and_boxed() {
        let area = Area { x: 10, y: 20, w: 4, h: 3 };
        let before = vec![0; 4 * 4 * 3];
        let mut after = before.clone();
        // The edge of an icon.
        after[0] = 8;
        after[4 * (4 + 1)] = 9;
        after[4 * (4 + 3)] = 9;
        let (count, bounds) = difference(&before, &after, area);
        let bounds = bounds.unwrap();
        assert_eq!((count, bounds.x, bounds.y, bounds.w, bounds.h), (2, 11, 21, 3, 1));
        assert!(difference(&before, &before, area).1.is_none());
    }
}
