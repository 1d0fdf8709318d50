package org.portreeve.control.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.Description;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;

/** The way in to port control, with a real translator, journal and event loop behind it. */
class DeskTest {
    private static final int HOST = Ipv4.of("100.64.0.10");
    private static final NatConfig NAT =
            new NatConfig(
                    1,
                    List.of(Prefix.of("100.64.0.0/10")),
                    Pool.of(
                            List.of(Ipv4.of("198.51.100.1"), Ipv4.of("198.51.100.2")),
                            new PortRange(1024, 65_535),
                            new PortRange(1024, 16_383),
                            new Pool.Block(512, 4, 180_000_000_000L)),
                    NatConfig.Timers.defaults(),
                    new NatConfig.Capacity(1024, 1024, 64),
                    Rules.of(
                            new Rules.Quota(8, 2, 1024, 200, 2000),
                            new PortRange(1024, 65_535),
                            new Rules.Eif(1024, 50, 200, 30_000_000_000L, false)));

    @TempDir private Path directory;

    private DeskNode node;
    private Desk desk;

    @BeforeEach
    void start() throws Exception {
        node = DeskNode.start(new ControlConfig(NAT, policy(2)), directory);
        desk = node.desk();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** One subscriber with a name, who may have so many ports. */
    private static Policy policy(int ports) {
        Rules.Quota quota = new Rules.Quota(8, ports, 1024, 200, 2000);
        Profile profile =
                new Profile(Profile.DEFAULT, NAT.rules().with(quota), new RequestRate(20, 100));
        return new Policy(
                Map.of(Profile.DEFAULT, profile),
                List.of(new SubscriberPlan("ann", List.of(Prefix.of("100.64.0.0/24")), "default")),
                new LifetimeBounds(120, 86_400));
    }

    private static InternalTuple tuple(int port) {
        return InternalTuple.of(Protocol.UDP, HOST, port);
    }

    private static MapCommand wish(int port, long lifetimeSeconds) {
        return new MapCommand(
                tuple(port),
                new Nonce(1, 1),
                LeaseOrigin.PCP,
                0,
                0,
                false,
                lifetimeSeconds,
                HOST,
                5350,
                Description.NONE);
    }

    private static <T> T got(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aReloadRaisesTheQuotaOfPortsThatTheTranslatorKeeps() throws Exception {
        assertInstanceOf(MapOutcome.Granted.class, got(desk.map(wish(1, 600))));
        assertInstanceOf(MapOutcome.Granted.class, got(desk.map(wish(2, 600))));
        MapOutcome.Refused refused = (MapOutcome.Refused) got(desk.map(wish(3, 600)));
        assertEquals(MapOutcome.Reason.USER_EX_QUOTA, refused.reason());

        assertEquals(List.of("default"), got(desk.apply(policy(3))).profilesChanged());

        assertInstanceOf(MapOutcome.Granted.class, got(desk.map(wish(3, 600))));
    }

    @Test
    void aSubscribersUseIsThatOfTheTranslator() throws Exception {
        got(desk.map(wish(1, 600)));
        got(desk.map(wish(2, 600)));
        got(desk.map(wish(2, 0)));

        SubscriberView view = got(desk.subscriber("ann")).orElseThrow();

        assertEquals(1, view.leases());
        assertEquals(1, view.holds());
        assertEquals(2, view.ports());
        assertEquals(
                List.of(view), got(desk.subscribers(new SubscriberQuery("ann", 0, 9))).items());
        assertEquals(Optional.empty(), got(desk.subscriber("bob")));
    }

    @Test
    void anAskedAddressIsThatOfTheMappings() throws Exception {
        int externalIp = got(desk.externalIp(HOST)).orElseThrow();

        MapOutcome.Granted granted = (MapOutcome.Granted) got(desk.map(wish(1, 600)));

        assertEquals(externalIp, granted.externalIp());
    }

    @Test
    void listenersHearOfExpiryAndOfStaff() throws Exception {
        BlockingQueue<MappingEvent> events = new LinkedBlockingQueue<>();
        got(desk.listen(events::add));
        got(desk.map(wish(1, 120)));
        got(desk.map(wish(2, 600)));
        assertInstanceOf(MappingEvent.Made.class, events.poll(10, TimeUnit.SECONDS));
        assertInstanceOf(MappingEvent.Made.class, events.poll(10, TimeUnit.SECONDS));

        node.skipSeconds(120);
        MappingEvent expired = events.poll(10, TimeUnit.SECONDS);
        assertEquals(1, got(desk.release(HOST)));

        assertEquals(MappingEvent.Cause.EXPIRED, ((MappingEvent.Ended) expired).cause());
        MappingEvent dropped = events.poll(10, TimeUnit.SECONDS);
        assertEquals(MappingEvent.Cause.STAFF, ((MappingEvent.Ended) dropped).cause());
        assertEquals(0, got(desk.mappings(MappingQuery.all(9))).total());
        assertEquals(false, got(desk.drop(tuple(2))));
    }

    @Test
    void tooManyDropsAtOnceAreRefusedAndTheRestIsDone() throws Exception {
        var granting = new CountDownLatch(1);
        var loopMayGoOn = new CountDownLatch(1);
        got(
                desk.listen(_ -> {
                    granting.countDown();
                    await(loopMayGoOn);
                }));
        CompletionStage<MapOutcome> granted = desk.map(wish(1, 600));
        await(granting);
        List<CompletionStage<Boolean>> drops = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            drops.add(desk.drop(tuple(1)));
        }
        loopMayGoOn.countDown();
        assertInstanceOf(MapOutcome.Granted.class, got(granted));

        int refused = 0;
        int dropped = 0;
        for (CompletionStage<Boolean> drop : drops) {
            try {
                dropped += got(drop) ? 1 : 0;
            } catch (ExecutionException e) {
                assertInstanceOf(RejectedExecutionException.class, e.getCause());
                refused++;
            }
        }
        assertEquals(1, dropped);
        assertTrue(refused > 0);
        assertEquals(0, got(desk.mappings(MappingQuery.all(9))).total());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
