package org.portreeve.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Debian's Chromium without a screen, and everything that it complains about. */
public final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final List<String> ARGUMENTS =
            List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final String origin;
    private final List<String> complaints = new ArrayList<>();

    /** The browser of this machine, for a site at this origin. */
    Browser(String origin) {
        this(origin, CHROMIUM);
    }

    /** The same, started by this file: the site may be in another network namespace. */
    public Browser(String origin, Path chromiumFile) {
        this.origin = origin;
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        chromium =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(chromiumFile)
                                        .setArgs(ARGUMENTS));
    }

    /** A window of nobody yet. */
    public Page open(int width, int height, ColorScheme scheme, boolean withScript) {
        BrowserContext context =
                chromium.newContext(
                        new com.microsoft.playwright.Browser.NewContextOptions()
                                .setBaseURL(origin)
                                .setIgnoreHTTPSErrors(true)
                                .setViewportSize(width, height)
                                .setColorScheme(scheme)
                                .setJavaScriptEnabled(withScript));
        Page page = context.newPage();
        page.onConsoleMessage(this::note);
        page.onPageError(complaints::add);
        page.onResponse(this::note);
        page.onDialog(dialog -> complaints.add("a dialog: " + dialog.message()));
        return page;
    }

    /** A wide window of a user. */
    Page openAs(String name) {
        Page page = open(1440, 900, ColorScheme.LIGHT, true);
        logIn(page, name, PageNode.PASSWORD);
        return page;
    }

    /** Fills in the page that asks who is there. */
    public static void logIn(Page page, String name, String password) {
        page.navigate("/login");
        page.getByLabel("Name").fill(name);
        page.getByLabel("Password").fill(password);
        page.getByRole(AriaRole.BUTTON).click();
        page.waitForURL(url -> !url.endsWith("/login"));
    }

    /** Fails when any window complained since the last look. */
    public void assertNoComplaints() {
        List<String> seen = List.copyOf(complaints);
        complaints.clear();
        assertEquals(List.of(), seen);
    }

    /** Lets an answer of this status pass, which must have been given since the last look. */
    void forgive(String status) {
        assertTrue(complaints.removeIf(complaint -> complaint.contains(status)), status);
    }

    private void note(ConsoleMessage message) {
        if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.type() + " on the console: " + message.text());
        }
    }

    private void note(Response response) {
        if (response.status() >= 400) {
            complaints.add(response.status() + " from " + response.url());
        }
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
