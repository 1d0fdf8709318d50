package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML document walked along the key table: what each known key was given, and a fault for all
 * that is not a known key or not of its shape. Used by one thread, then thrown away.
 */
final class ConfigDocument {
    /** Distance, in edits, up to which a known key is offered for an unknown one. */
    private static final int NEAR = 3;

    /** Characters of a file: about 100,000 named subscribers. */
    private static final int MAX_CHARACTERS = 16 << 20;

    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setCodePointLimit(MAX_CHARACTERS).build();

    private final Map<String, GivenValue> values = new LinkedHashMap<>();
    private final Map<String, Integer> groups = new LinkedHashMap<>();
    private final List<Fault> faults;

    private ConfigDocument(List<Fault> faults) {
        this.faults = faults;
    }

    /** Reads the document; what is wrong with it is added to the faults. */
    static ConfigDocument read(String yaml, List<Fault> faults) {
        var document = new ConfigDocument(faults);
        try {
            Optional<Node> root = new Compose(SETTINGS).composeString(yaml);
            root.ifPresent(node -> document.walkSection("", node));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            faults.add(new Fault(line, "", "", "not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            faults.add(new Fault(0, "", "", "not YAML: " + e.getMessage()));
        }
        return document;
    }

    /** What the file says, by key path. */
    Map<String, GivenValue> values() {
        return values;
    }

    /** The line of each profile and each element of a list, by path. */
    Map<String, Integer> groups() {
        return groups;
    }

    private void walkSection(String path, Node node) {
        if (!(node instanceof MappingNode section)) {
            fault(node, path, "", "keys are expected here: " + wordList(path));
            return;
        }
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : section.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                fault(tuple.getKeyNode(), path, "", "a key is a plain word");
            } else if (!seen.add(key.getValue())) {
                fault(key, join(path, key.getValue()), "", "is here twice; keep one");
            } else {
                walkKey(join(path, key.getValue()), key, tuple.getValueNode());
            }
        }
    }

    private void walkKey(String path, ScalarNode key, Node value) {
        Optional<ConfigKey> known = ConfigKeys.find(path);
        if (known.isPresent()) {
            takeValue(path, known.get(), value);
        } else if (ConfigPath.isList(path)) {
            walkList(path, value);
        } else if (ConfigPath.isProfile(path)) {
            walkProfile(path, key, value);
        } else if (ConfigKeys.isSection(path + "[]")) {
            walkElement(path, value);
        } else if (ConfigKeys.isSection(path)) {
            walkSection(path, value);
        } else {
            fault(key, path, "", "unknown key; " + nearest(path));
        }
    }

    private void walkProfile(String path, ScalarNode name, Node node) {
        ValueKind kind = new ValueKind.ProfileName();
        if (!kind.accepts(name.getValue())) {
            fault(name, ConfigPath.PROFILES, name.getValue(), "allowed: " + kind.allowed());
            return;
        }
        groups.put(path, line(name));
        walkSection(path, node);
    }

    private void walkList(String path, Node node) {
        if (!(node instanceof SequenceNode list)) {
            fault(node, path, "", "a list is expected here, each element with " + wordList(path));
            return;
        }
        groups.put(path, line(node));
        int position = 0;
        for (Node element : list.getValue()) {
            String each = ConfigPath.element(path, position++);
            groups.put(each, line(element));
            walkSection(each, element);
        }
    }

    private void walkElement(String path, Node node) {
        if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) {
            fault(node, path, "", "a list with one element is expected here");
            return;
        }
        walkSection(path + "[]", list.getValue().getFirst());
        for (Node further : list.getValue().subList(1, list.getValue().size())) {
            fault(further, path, "", "this version has one element here; remove this one");
        }
    }

    private void takeValue(String path, ConfigKey key, Node node) {
        List<Node> elements =
                node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
        if (node instanceof SequenceNode != key.isList()) {
            String shape = key.isList() ? "a list in brackets" : "a single value";
            fault(node, path, shown(key, written(node)), shape + " is expected: " + key.allowed());
            return;
        }
        var texts = new ArrayList<String>();
        for (Node element : elements) {
            String text = written(element);
            boolean isDefault = key.defaults().contains(text);
            if (!(element instanceof ScalarNode) || !(isDefault || key.kind().accepts(text))) {
                fault(element, path, shown(key, text), "allowed: " + key.kind().allowed());
                return;
            }
            texts.add(text);
        }
        if (new HashSet<>(texts).size() < texts.size()) {
            String all = shown(key, String.join(", ", texts));
            fault(node, path, all, "an element is here twice");
        }
        refuseUnavailable(path, key, node, texts);
        values.put(path, new GivenValue(line(node), List.copyOf(texts)));
    }

    /** Nothing of what stays out of the log: a reload writes faults there. */
    private static String shown(ConfigKey key, String text) {
        return key.isConfidential() ? "" : text;
    }

    private void refuseUnavailable(String path, ConfigKey key, Node node, List<String> texts) {
        if (!key.isAvailable(texts)) {
            String text = String.join(", ", texts);
            fault(
                    node,
                    path,
                    text,
                    "not available in this version; only " + key.defaultText() + " is");
        }
    }

    private static String written(Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode _ -> "a list";
            default -> "a group of keys";
        };
    }

    private void fault(Node node, String path, String value, String allowed) {
        faults.add(new Fault(line(node), path, value, allowed));
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    }

    private static String join(String path, String word) {
        return path.isEmpty() ? word : path + "." + word;
    }

    private static String wordList(String path) {
        String section = ConfigPath.isList(path) ? path + "[]" : path;
        return String.join(", ", ConfigKeys.wordsBelow(section));
    }

    /** Offers the known key that is least different, or all that may stand there. */
    private static String nearest(String path) {
        int dot = path.lastIndexOf('.');
        String above = dot < 0 ? "" : path.substring(0, dot);
        String word = path.substring(dot + 1);
        var byDistance = new HashMap<Integer, String>();
        for (String known : ConfigKeys.wordsBelow(above)) {
            byDistance.putIfAbsent(distance(word, known), known);
        }
        for (int edits = 1; edits <= NEAR; edits++) {
            if (byDistance.containsKey(edits)) {
                return "did you mean " + byDistance.get(edits) + "?";
            }
        }
        return "known here: " + wordList(above);
    }

    /** How many single-letter edits lead from one word to the other. */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
                int indel = Math.min(above[column], current[column - 1]) + 1;
                current[column] = Math.min(above[column - 1] + change, indel);
            }
            above = current;
        }
        return above[to.length()];
    }
}
