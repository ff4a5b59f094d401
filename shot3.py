from playwright.sync_api import sync_playwright

with sync_playwright() as p:
    b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    pg = b.new_page(viewport={"width": 1400, "height": 900})
    pg.goto("file:///tmp/u/daraa-2018.html")
    pg.wait_for_timeout(1200)
    pg.locator("#why").screenshot(path="/tmp/u/why.png")
    b.close()
