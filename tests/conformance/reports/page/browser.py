"""A page opened from a file in headless Chromium, and what a reader of it does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"),
    *("disable-background-networking", "disable-component-update", "disable-sync"),
)


def programs() -> tuple[str, str] | None:
    """The browser and its driver, if both are installed."""
    browser = next((path for name in NAMES if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    """Chromium with one page at a time."""

    def __init__(self, browser: str, driver: str, profile: Path) -> None:
        options = Options()
        options.binary_location = browser
        for flag in (*FLAGS, f"user-data-dir={profile}"):
            options.add_argument(f"--{flag}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.size(1280, 900)

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def scheme(self, name: str) -> None:
        media = {"features": [{"name": "prefers-color-scheme", "value": name}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def open(self, address: str) -> None:
        """Anew, also if only the hash is another one."""
        self.driver.get("about:blank")
        self.said()
        self.requested()
        self.driver.get(address)
        self.until(lambda: self.run("return document.documentElement.className") == "ready")

    def run(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(script, *given)

    def until(self, holds: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, 10, 0.02).until(lambda driver: holds())

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element("css selector", selector)

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def said(self) -> list[str]:
        """What came to the console since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requested(self) -> list[str]:
        """The addresses that were asked for since then."""
        events = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        sent = [event for event in events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]


def hash_of(browser: Browser) -> str:
    return str(browser.run("return location.hash"))


def rows(browser: Browser) -> list[str]:
    ids = "return [...document.querySelectorAll('#list .id')].map(e => e.textContent)"
    return list(browser.run(ids))


def show(browser: Browser, address: str, hash: str) -> None:
    browser.open(f"{address}#{hash}")


def opened_case(browser: Browser) -> str:
    """The id of the case in the dialog, empty if it is closed."""
    return str(
        browser.run(
            "const d = document.getElementById('case');"
            "return d.open ? d.querySelector('h2').textContent : ''"
        )
    )


def shown(browser: Browser, id: str) -> None:
    browser.until(lambda: opened_case(browser) == id)
