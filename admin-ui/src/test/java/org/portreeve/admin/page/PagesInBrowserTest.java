package org.portreeve.admin.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.store.User.Role;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/**
 * Staff at work in Chromium, against a node whose port control and store are real. A test fails too
 * when the browser complains: an error on its console, a violated policy, an answer of 400 or more.
 * With {@code -Dportreeve.screenshots=true} the pages are kept under {@code docs/screenshots}.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesInBrowserTest {
    private static final boolean KEEP = Boolean.getBoolean("portreeve.screenshots");
    private static final int WIDE = 1440;
    private static final int NARROW = 390;

    private static final Pattern SOME_POINTS = Pattern.compile("\\d");
    private static final Pattern SEVERAL_POINTS = Pattern.compile("(\\S+ ){14}");
    private static final LocatorAssertions.HasAttributeOptions LONGER =
            new LocatorAssertions.HasAttributeOptions().setTimeout(30_000);

    private PageNode node;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = new PageNode(directory);
        node.addUser("mira", Role.OPERATOR);
        node.addUser("ada", Role.ADMIN);
        node.addUser("vic", Role.VIEWER);
        browser = new Browser(node.origin());
    }

    @AfterAll
    void stop() {
        browser.close();
        node.close();
    }

    @AfterEach
    void nothingWasComplainedAbout() {
        browser.assertNoComplaints();
    }

    @Test
    void aReservationIsMadeChangedAndDeleted() {
        Page page = browser.openAs("mira");
        page.navigate("/reservations/new");
        fill(page, "100.64.7.1", 8080, 1443, "Doorbell");
        press(page, "Check");
        assertThat(heading(page, "Nothing stands in the way")).isVisible();
        press(page, "Save reservation");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("saved and in force");

        page.locator("tr", hasText("Doorbell")).getByRole(AriaRole.LINK, inside("Edit")).click();
        page.getByLabel("External port").fill("1444");
        press(page, "Check");
        press(page, "Save change");
        assertThat(page.locator("tr", hasText("Doorbell"))).containsText(PageNode.POOL + ":1444");

        page.locator("tr", hasText("Doorbell")).getByRole(AriaRole.LINK, inside("Edit")).click();
        page.getByRole(AriaRole.LINK, named("Delete this reservation")).click();
        press(page, "Delete reservation");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("deleted");
        assertThat(page.locator("tr", hasText("Doorbell"))).hasCount(0);
    }

    @Test
    void whoHoldsThePortIsShownBeforeSavingAndCanBeEvicted() {
        node.map(tuple("100.64.9.1", 2443), 2443, LeaseOrigin.UPNP, "Camera");
        Page page = browser.openAs("mira");
        page.navigate("/reservations/new");
        fill(page, "100.64.7.2", 2443, 2443, "Web shop");
        press(page, "Check");
        assertThat(page.locator(".conflict"))
                .containsText("Subscriber house-9 holds this external port by UPnP");
        assertThat(page.locator(".conflict time")).hasText(Pattern.compile("in 1 h (29|30) min"));
        assertThat(page.getByRole(AriaRole.BUTTON, named("Save and wait"))).isVisible();
        keep(page, "reservation-conflict");

        press(page, "End the mapping and save");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("in force");
        page.navigate("/mappings?q=2443");
        assertThat(page.locator("tbody tr")).hasCount(1);
        assertThat(page.locator("tbody tr")).containsText("Reservation");
    }

    @Test
    void aReservationThatWaitsSaysForWhat() {
        node.map(tuple("100.64.9.1", 3443), 3443, LeaseOrigin.PCP, "Console");
        Page page = browser.openAs("mira");
        page.navigate("/reservations/new");
        fill(page, "100.64.7.3", 3443, 3443, "Waits");
        press(page, "Check");
        press(page, "Save and wait");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("not in force yet");
        assertThat(page.locator("tr", hasText("Waits")))
                .containsText("Subscriber house-9 holds this external port by PCP");
    }

    @Test
    void whatSomebodyElseChangedMeanwhileIsNotOverwritten() {
        Page page = browser.openAs("mira");
        page.navigate("/reservations/new");
        fill(page, "100.64.7.6", 6443, 6443, "Contested");
        press(page, "Check");
        press(page, "Save reservation");
        page.locator("tr", hasText("Contested")).getByRole(AriaRole.LINK, inside("Edit")).click();
        Page other = browser.openAs("ada");
        other.navigate(page.url());
        other.getByLabel("Description").fill("Contested, mine");
        press(other, "Check");
        press(other, "Save change");

        page.getByLabel("Description").fill("Contested, no, mine");
        press(page, "Check");
        assertThat(heading(page, "Somebody else changed this reservation")).isVisible();
        assertThat(page.locator("main")).containsText("Nothing of yours was saved");
        browser.forgive("409");
    }

    @Test
    void refusalsArePagesThatSayWhereToGo() {
        Page page = browser.openAs("vic");
        page.navigate("/reservations/4711");
        assertThat(heading(page, "There is no such page")).isVisible();
        assertThat(page.getByRole(AriaRole.LINK, named("Go to Reservations"))).isVisible();
        browser.forgive("404");
        page.navigate("/users");
        assertThat(heading(page, "Your role does not permit this")).isVisible();
        browser.forgive("403");
    }

    @Test
    void aMappingIsDroppedAfterAQuestion() {
        node.map(tuple("100.64.20.4", 4100), 4100, LeaseOrigin.NAT_PMP, "");
        Page page = browser.openAs("mira");
        page.navigate("/mappings");
        page.getByLabel("Search").fill("4100");
        press(page, "Show");
        page.getByRole(AriaRole.LINK, named("Drop")).click();
        assertThat(heading(page, "Drop this mapping?")).isVisible();
        press(page, "Drop mapping");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("dropped");
        page.navigate("/mappings?q=4100");
        assertThat(page.locator(".empty")).containsText("No mapping matches");
    }

    @Test
    void aSubscriberShowsItsUseAndItsAddressCanBeReleased() {
        node.map(tuple("100.64.20.9", 4200), 4200, LeaseOrigin.UPNP, "Torrent");
        Page page = browser.openAs("mira");
        page.navigate("/subscribers?q=office");
        page.getByRole(AriaRole.LINK, named("office north")).click();
        assertThat(page.locator(".uses")).containsText("/ 16");
        assertThat(page.locator("tr", hasText("Torrent"))).isVisible();

        page.getByRole(AriaRole.LINK, named("Release address")).click();
        page.getByLabel("Internal address").fill("100.64.20.9");
        press(page, "Release address");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("released");
        assertThat(page.locator("tr", hasText("Torrent"))).hasCount(0);
    }

    @Test
    void theOverviewIsLive() {
        Page page = browser.openAs("vic");
        assertThat(page.locator("#pulse")).hasText("Live");
        assertThat(page.locator("[data-rate='traffic.inboundPackets']"))
                .hasText(Pattern.compile("[0-9]"));
        assertThat(page.locator("[data-spark='traffic.inboundPackets'] polyline")).hasCount(1);
    }

    @Test
    void whatSubscribersWriteIsOnlyText() {
        String said = "<script>alert(1)</script><img src=x onerror=alert(2)>";
        node.map(tuple("100.64.20.5", 4300), 4300, LeaseOrigin.UPNP, said);
        Page page = browser.openAs("vic");
        page.navigate("/mappings?q=4300");
        assertThat(page.locator("td .said").last()).containsText("<script>alert(1)");
        assertThat(page.locator("td img")).hasCount(0);
    }

    @Test
    void somebodyElsesPasswordOpensNothingButTheAccount() {
        Page page = browser.open(WIDE, 900, ColorScheme.LIGHT, true);
        Browser.logIn(page, "admin", node.firstPassword());
        page.navigate("/mappings");
        assertThat(heading(page, "Account")).isVisible();
        page.getByLabel("Present password").fill(node.firstPassword());
        page.getByLabel("New password", exactly()).fill("another secret of mine");
        page.getByLabel("New password again").fill("another secret of mine");
        press(page, "Change password");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("Your password is changed");
        page.navigate("/users");
        assertThat(heading(page, "Users")).isVisible();
        press(page, "Log out");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("logged out");
    }

    @Test
    void withoutScriptEverythingButTheLivePartWorks() {
        Page page = browser.open(NARROW, 844, ColorScheme.DARK, false);
        Browser.logIn(page, "mira", PageNode.PASSWORD);
        page.navigate("/reservations/new");
        fill(page, "100.64.7.5", 5080, 5080, "Without script");
        press(page, "Check");
        press(page, "Save reservation");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("saved and in force");
    }

    @Test
    void everyPageFitsADeskAndAPhoneByDayAndByNight() {
        node.map(tuple("100.64.9.1", 6881), 6881, LeaseOrigin.UPNP, "Torrent of the attic");
        node.map(tuple("100.64.7.4", 9308), 9308, LeaseOrigin.PCP, "Game console");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(WIDE, NARROW)) {
                Page page = browser.open(width, width == WIDE ? 900 : 844, scheme, true);
                page.navigate("/login");
                look(page, "login", width, scheme);
                Browser.logIn(page, "ada", PageNode.PASSWORD);
                lookAtAll(page, width, scheme);
            }
        }
    }

    private void lookAtAll(Page page, int width, ColorScheme scheme) {
        assertThat(page.locator("[data-rate='traffic.drops']")).hasText(Pattern.compile("[0-9]"));
        assertThat(page.locator("[data-spark='traffic.inboundPackets'] polyline"))
                .hasAttribute("points", KEEP ? SEVERAL_POINTS : SOME_POINTS, LONGER);
        look(page, "overview", width, scheme);
        for (String path :
                List.of(
                        "mappings",
                        "reservations",
                        "reservations/new",
                        "subscribers",
                        "subscribers/house-9",
                        "audit",
                        "users",
                        "account")) {
            page.navigate("/" + path);
            look(page, path.replace('/', '-'), width, scheme);
        }
    }

    private static void look(Page page, String name, int width, ColorScheme scheme) {
        Object scrolled = page.evaluate("document.documentElement.scrollWidth");
        assertEquals(width, scrolled, () -> page.url() + " scrolls sideways");
        boolean isDay = scheme == ColorScheme.LIGHT;
        if (isDay || name.equals("overview")) {
            keep(page, name + "-" + width + (isDay ? "" : "-dark"));
        }
    }

    private static void keep(Page page, String name) {
        if (KEEP) {
            Path root = Path.of(System.getProperty("portreeve.root"));
            page.screenshot(
                    new Page.ScreenshotOptions()
                            .setPath(root.resolve("docs/screenshots/" + name + ".png"))
                            .setFullPage(!name.startsWith("audit")));
        }
    }

    private static void fill(
            Page page, String internal, int internalPort, int externalPort, String description) {
        page.getByLabel("Internal address").fill(internal);
        page.getByLabel("Internal port").fill(Integer.toString(internalPort));
        page.getByLabel("External port").fill(Integer.toString(externalPort));
        page.getByLabel("Description").fill(description);
    }

    private static void press(Page page, String button) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button).setExact(true))
                .click();
    }

    private static Locator heading(Page page, String text) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(text));
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static Locator.GetByRoleOptions inside(String name) {
        return new Locator.GetByRoleOptions().setName(name);
    }

    private static Page.LocatorOptions hasText(String text) {
        return new Page.LocatorOptions().setHasText(text);
    }

    private static Page.GetByLabelOptions exactly() {
        return new Page.GetByLabelOptions().setExact(true);
    }

    private static InternalTuple tuple(String ip, int port) {
        return InternalTuple.of(Protocol.TCP, Ipv4.of(ip), port);
    }
}
