package org.portreeve.bench.pcp;

import java.util.function.UnaryOperator;
import org.portreeve.bench.traffic.EchoMain;
import org.portreeve.bench.traffic.Programs;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/** The product with every knob at its default, in a lab of its own beside an echo. Main thread. */
final class Product implements AutoCloseable {
    /** Ports for a million mappings and more; the sizes of all tables follow from it. */
    private static final String POOL = "198.51.100.0/24";

    private static final double NS_PER_SECOND = 1e9;
    private static final String NO_TCP = "0";

    private final Node node;
    private final Stage stage;

    private Product(Node node, Stage stage) {
        this.node = node;
        this.stage = stage;
        stage.process(Server.PORTREEVE, node.process().pid());
    }

    /** Starts everything. */
    static Product open(int shards) {
        return open(shards, UnaryOperator.identity());
    }

    /** The same with another configuration, made from the usual one. */
    static Product open(int shards, UnaryOperator<String> change) {
        Lab lab = Lab.open(LabOptions.standard());
        try {
            Node node =
                    Node.start(lab, change.apply(NodeConfig.of(lab, shards).withPool(POOL).yaml()));
            String port = Integer.toString(Server.ECHO.port());
            LabProcess echo = Programs.start(lab, Namespace.CGN, EchoMain.class, port, NO_TCP);
            var product = new Product(node, new Stage(lab));
            product.stage.process(Server.ECHO, echo.pid());
            return product;
        } catch (LabException e) {
            lab.close();
            throw e;
        }
    }

    Stage stage() {
        return stage;
    }

    Node node() {
        return node;
    }

    /** Starts the node again after its end; seconds until it was ready. */
    double start() {
        long beginNs = System.nanoTime();
        node.start();
        double seconds = (System.nanoTime() - beginNs) / NS_PER_SECOND;
        stage.process(Server.PORTREEVE, node.process().pid());
        return seconds;
    }

    Memory memory() {
        return new Memory(node.process().pid());
    }

    @Override
    public void close() {
        stage.close();
    }
}
