"""Label Studio as an annotator meets it: pages, mouse and keyboard."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Locator, Page, Response, expect

from tests.e2e.browser import PATIENCE

Region = tuple[int, int, str, str]
"""What the text shows of a region: start, end, label, words."""

_TEXT = ".lsf-htx-richtext"
_REGIONS = f"{_TEXT} .htx-highlight"

# The text as code points: what a person sees, lines ended by <br>, and where each of them stands.
_READ = """([selector, start, end]) => {
  const root = document.querySelector(selector);
  if (!root) return null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  let text = '', at = 0, first = null, last = null, node;
  while ((node = walker.nextNode())) {
    if (node.nodeName === 'BR') { text += '\\n'; at += 1; }
    if (node.nodeType !== Node.TEXT_NODE) continue;
    text += node.data;
    let units = 0;
    for (const point of node.data) {
      if (at === start) first = [node, units];
      at += 1;
      units += point.length;
      if (at === end) last = [node, units];
    }
  }
  if (!first || !last) return {text, boxes: []};
  const range = document.createRange();
  range.setStart(...first);
  range.setEnd(...last);
  const boxes = [...range.getClientRects()].map(box => [box.left, box.top, box.right, box.bottom]);
  return {text, boxes, chosen: range.toString()};
}"""
_SHOWN = """elements => elements.map(region => [
  Number(region.dataset.start), Number(region.dataset.end), region.dataset.label.replace(/^\\d+:/, ''),
  region.textContent
])"""
_COLOURS = "elements => elements.map(element => getComputedStyle(element).backgroundColor)"


class StudioPage:
    """One annotator's browser window on one project."""

    def __init__(self, page: Page, url: str, project: int) -> None:
        self.page = page
        self._url = url
        self._project = project
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)

    # Getting there

    def log_in(self, email: str, password: str) -> None:
        """Fill in the form as a person does; fails where it does not let them in."""
        self.page.goto(f"{self._url}/user/login/")
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit]").click()
        expect(self.page.get_by_test_id("userpic")).to_be_visible()

    def label_all(self) -> str:
        """Open the project and begin with its queue; returns the instruction, which is closed again."""
        self.page.goto(f"{self._url}/projects/{self._project}/")
        self.page.get_by_text("Label All Tasks", exact=True).click()
        return self._close_instruction()

    def read_instruction(self) -> str:
        """Call the instruction up again, read and close it."""
        self.page.get_by_role("button", name="Instructions").click()
        return self._close_instruction()

    def _close_instruction(self) -> str:
        window = self.page.locator(".lsf-modal-ls_visible")
        body = window.locator(".lsf-modal-ls__body")
        expect(body).not_to_be_empty()
        text = body.inner_text()
        window.locator("[aria-label='Close modal']").click()
        expect(window).to_have_count(0)
        return text

    # What is seen

    def text(self) -> str:
        """Return the text on the page, or nothing while there is none."""
        place = self._read(0, 0)
        return "" if place is None else str(place["text"])

    def wait_for_text(self, *texts: str) -> str:
        """Wait until one of these texts is on the page with its controls; returns which."""
        script = f"([selector, texts]) => texts.includes((({_READ})([selector, 0, 0]) || {{}}).text)"
        try:
            self.page.wait_for_function(script, arg=[_TEXT, list(texts)])
        except Error:
            assert self.text() in texts
        expect(self.page.get_by_test_id("bottombar-settings-button")).to_be_enabled()
        return self.text()

    def regions(self) -> list[Region]:
        """Return the regions marked in the text, in its order."""
        return [tuple(values) for values in self.page.locator(_REGIONS).evaluate_all(_SHOWN)]

    def wait_for_regions(self, count: int) -> None:
        expect(self.page.locator(_REGIONS)).to_have_count(count)

    def region_colours(self) -> list[str]:
        colours: list[str] = self.page.locator(_REGIONS).evaluate_all(_COLOURS)
        return colours

    def listed(self) -> list[tuple[str, str]]:
        """Return label and words of the regions in the side panel, in its order."""
        self.page.locator("#Regions-draggable").click()
        items = self.page.locator(".lsf-outliner-item")
        expect(items.first).to_be_visible()
        labels = self.page.locator(".lsf-outliner-item__title > .lsf-labels-list").all_inner_texts()
        return list(zip(labels, self.page.locator(".lsf-outliner-item__text").all_inner_texts(), strict=True))

    def label_keys(self) -> dict[str, str]:
        """Return the key that stands on each label."""
        labels = self.page.locator(".lsf-label")
        names = labels.locator(".lsf-label__text").all_inner_texts()
        return dict(zip(names, labels.locator(".lsf-label__hotkey").all_inner_texts(), strict=True))

    def labels_in_view(self) -> bool:
        """Say whether every label can be seen and clicked without scrolling."""
        return all(_uncovered(label) for label in self.page.locator(".lsf-label").all())

    def region_controls_in_view(self) -> bool:
        """Say whether what is asked of the selected region can be seen and clicked without scrolling."""
        return _uncovered(self.doubt) and _uncovered(self.note)

    def resize(self, height: int) -> None:
        self.page.set_viewport_size({"width": 1366, "height": height})

    def scroll_text(self) -> None:
        """Turn the mouse wheel over the text, and wait until it has moved."""
        text = self.page.locator(_TEXT)
        box = text.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 20, box["y"] + 20)
        self.page.mouse.wheel(0, 1000)
        script = "([selector, top]) => document.querySelector(selector).getBoundingClientRect().top < top"
        self.page.wait_for_function(script, arg=[_TEXT, box["y"]])

    @property
    def doubt(self) -> Locator:
        return self.page.get_by_role("checkbox", name="douteux")

    @property
    def note(self) -> Locator:
        return self.page.locator("[name=note]")

    def expect_chosen(self, *labels: str) -> None:
        """Wait until these labels, and no others, are lit."""
        expect(self.page.locator(".lsf-label_selected .lsf-label__text")).to_have_text(list(labels))

    def watch_requests(self) -> list[str]:
        """Return a list that takes in the address of every request to Label Studio's API from now on."""
        asked: list[str] = []
        self.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
        return asked

    # What is done

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def select(self, start: int) -> None:
        """Click the region that begins here, and wait until its details are shown."""
        self._region(start).click()
        expect(self.page.locator(f"{_REGIONS}.__active[data-start='{start}']")).to_have_count(1)

    def release(self) -> None:
        """Let go of the selected region."""
        self.press("Escape")
        expect(self.page.locator(f"{_REGIONS}.__active")).to_have_count(0)

    def remove(self, start: int) -> None:
        self.select(start)
        self.press("Backspace")
        expect(self._region(start)).to_have_count(0)

    def relabel(self, start: int, key: str, label: str) -> None:
        self.select(start)
        self.press(key)
        self.expect_label(start, label)
        self.release()

    def expect_label(self, start: int, label: str) -> None:
        expect(self.page.locator(f"{_REGIONS}[data-start='{start}'][data-label$=':{label}']")).to_have_count(1)

    def click_label(self, label: str) -> None:
        self.page.locator(".lsf-label").filter(has=self.page.get_by_text(label, exact=True)).click()

    def mark(self, start: int, end: int, label: str) -> None:
        """Draw the mouse over these characters; a label must be lit."""
        self.expect_chosen(label)
        place = self._read(start, end)
        assert place is not None
        (left, top, _, bottom), (_, last_top, right, last_bottom) = place["boxes"][0], place["boxes"][-1]
        mouse = self.page.mouse
        mouse.move(left + 0.5, (top + bottom) / 2)
        mouse.down()
        mouse.move(right - 0.5, (last_top + last_bottom) / 2, steps=5)
        mouse.up()
        self.expect_label(start, label)

    def relate(self, head: int, child: int, label: str) -> None:
        """Draw an arrow from one region to another and give it its label."""
        self.select(head)
        self.press("Alt+r")
        self._region(child).click()
        self.page.locator("#Relations-draggable").click()
        row = self.page.locator(".lsf-relations__item").last
        row.hover()
        row.locator("[aria-label='Show Relation Labels']").click()
        self.page.locator(".lsf-relation-meta button").last.click()
        self.page.get_by_role("option", name=label, exact=True).click()
        expect(self.page.locator(".lsf-relation-meta button").last).to_have_text(label)
        self.press("Escape")
        expect(self.page.get_by_role("option")).to_have_count(0)

    def doubt_and_note(self, start: int, note: str) -> None:
        """Tick the doubt of a region and write a note on it."""
        self.select(start)
        self.doubt.check()
        self.note.click()
        self.page.keyboard.type(note)
        self.press("Enter")
        expect(self.page.locator(".lsf-detailed-region").first).to_contain_text(note)
        self.release()

    def submit(self) -> None:
        self._send("bottombar-submit-button", "POST")

    def update(self) -> None:
        self._send("bottombar-update-button", "PATCH")

    def skip(self) -> None:
        self._send("bottombar-skip-button", "POST")

    def go_back(self) -> None:
        """Go to the task before this one, also from the end of the queue."""
        self.page.locator("[aria-label='Previous task']").click()

    def expect_end(self) -> None:
        expect(self.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()

    def screenshot(self, folder: Path, name: str) -> None:
        """Take the page in both themes, and leave it in the light one."""
        for theme in ("dark", "light"):
            self._switch_to(theme)
            self.page.screenshot(path=folder / f"{name}-{theme}.png", animations="disabled")

    def _switch_to(self, theme: str) -> None:
        switch = self.page.locator("button[class*=themeToggle]")
        for _ in range(3):
            if self.page.locator(f"html[data-color-scheme={theme}]").count():
                return
            switch.click()

    def _send(self, button: str, method: str) -> None:
        def sent(response: Response) -> bool:
            return response.request.method == method and "/annotations" in response.url

        with self.page.expect_response(sent) as answer:
            self.page.get_by_test_id(button).click()
        assert answer.value.ok, answer.value.status

    def _region(self, start: int) -> Locator:
        return self.page.locator(f"{_REGIONS}[data-start='{start}']")

    def _read(self, start: int, end: int) -> dict[str, Any] | None:
        place: dict[str, Any] | None = self.page.evaluate(_READ, [_TEXT, start, end])
        return place


def _uncovered(element: Locator) -> bool:
    """Say whether a click on the element's middle would reach it."""
    script = """element => {
      const box = element.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return top !== null && (element.contains(top) || top.contains(element));
    }"""
    visible: bool = element.evaluate(script)
    return visible
