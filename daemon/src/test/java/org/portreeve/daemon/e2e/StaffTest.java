package org.portreeve.daemon.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.portreeve.admin.page.Browser;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** Staff in a browser beside the node; what they save is what packets do. One story in order. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StaffTest {
    private static final Pattern FIRST_PASSWORD = Pattern.compile("password (\\S+) -");
    private static final String PASSWORD = "a-longer-passphrase-of-staff";

    /** The one external address, so that subscribers want the same ports. */
    private static final String ADDRESS = "198.51.100.5";

    private static final Duration WITHIN_A_SECOND = Duration.ofSeconds(1);

    private static Scene scene;
    private static Browser browser;

    @BeforeAll
    static void open() {
        scene = Scene.open(lab -> NodeConfig.of(lab, 1).withPool(ADDRESS));
        browser =
                new Browser(
                        "https://127.0.0.1:8443",
                        scene.lab().script(Namespace.CGN, "/usr/bin/chromium"));
    }

    @AfterAll
    static void close() {
        browser.close();
        scene.close();
    }

    @Test
    @Order(1)
    void theFirstPasswordIsPrintedOnceAndMustBeChanged() {
        String output = scene.node().process().output();
        Matcher printed = FIRST_PASSWORD.matcher(output);
        assertTrue(printed.find(), output);
        Page page = browser.open(1440, 900, ColorScheme.LIGHT, true);

        Browser.logIn(page, "admin", printed.group(1));
        page.getByLabel("Present password").fill(printed.group(1));
        page.getByLabel("New password", exactly()).fill(PASSWORD);
        page.getByLabel("New password again").fill(PASSWORD);
        press(page, "Change password");

        logIn().context().close();
        browser.assertNoComplaints();
    }

    @Test
    @Order(2)
    void aPacketArrivesWithinASecondOfTheSavedReservation() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            Page page = logIn();
            save(page, server.port(), 8443);

            long savedNs = System.nanoTime();
            boolean reached = connects(8443);
            Duration took = Duration.ofNanos(System.nanoTime() - savedNs);
            assertTrue(reached, "saved, and not reached");
            assertTrue(took.compareTo(WITHIN_A_SECOND) < 0, took::toString);
            browser.assertNoComplaints();
        }
    }

    @Test
    @Order(3)
    void whoHoldsThePortUntilWhenIsShownBeforeSaving() {
        int held = map(Lab.SUB_OTHER, Scene.freshPort()).externalPort();
        Page page = logIn();

        check(page, Scene.freshPort(), held);

        assertThat(page.locator(".conflict"))
                .containsText("Subscriber " + Lab.SUB_OTHER + " holds this external port by PCP");
        assertThat(page.locator(".conflict time")).hasText(Pattern.compile("in (59 min|1 h).*"));
        page.navigate("/reservations");
        assertEquals(0, page.locator("tr", hasText(":" + held)).count());
        browser.assertNoComplaints();
    }

    @Test
    @Order(4)
    void aReservationSurvivesAKillRightAfterThePageSaidThatItIsSaved() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            Page page = logIn();
            save(page, server.port(), 9443);

            scene.node().kill();
            scene.node().start();

            assertTrue(connects(9443), "not reached after the restart");
        }
    }

    private static Page logIn() {
        Page page = browser.open(1440, 900, ColorScheme.LIGHT, true);
        Browser.logIn(page, "admin", PASSWORD);
        return page;
    }

    private static void check(Page page, int internalPort, int externalPort) {
        page.navigate("/reservations/new");
        page.getByLabel("Protocol").selectOption("tcp");
        page.getByLabel("Internal address").fill(Lab.SUB);
        page.getByLabel("Internal port").fill(Integer.toString(internalPort));
        page.getByLabel("External port").fill(Integer.toString(externalPort));
        page.getByLabel("Description").fill("door " + externalPort);
        press(page, "Check");
    }

    /** Returns when the page says that it is saved. */
    private static void save(Page page, int internalPort, int externalPort) {
        check(page, internalPort, externalPort);
        press(page, "Save reservation");
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("saved and in force");
    }

    private static boolean connects(int port) {
        String visitor = Scene.freshPeer();
        Optional<TcpConnection> connection =
                scene.inet().connect(visitor, ADDRESS, port, Scene.PATIENCE);
        if (connection.isEmpty()) {
            return false;
        }
        try (TcpConnection tcp = connection.get()) {
            return tcp.read(Scene.PATIENCE).orElse("").startsWith(visitor);
        }
    }

    private static PcpAnswer map(String address, int port) {
        try (UdpSocket client = scene.sub().udp(address, 0)) {
            byte[] request =
                    PcpRequests.map(
                            address, Scene.freshNonce(), PcpRequests.TCP, port, Scene.LONG_SECONDS);
            return Scene.ask(client, request);
        }
    }

    private static void press(Page page, String name) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name)).click();
    }

    private static Page.GetByLabelOptions exactly() {
        return new Page.GetByLabelOptions().setExact(true);
    }

    private static Page.LocatorOptions hasText(String text) {
        return new Page.LocatorOptions().setHasText(text);
    }
}
