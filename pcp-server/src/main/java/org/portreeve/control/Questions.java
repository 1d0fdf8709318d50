package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Questions of staff, or of hosts, that take too long for one turn of the loop: each goes on by a
 * slice, in turn. The two have places of their own, so that neither waits for the other. Event loop
 * only.
 */
final class Questions {
    /** Questions of staff that may be under way. */
    static final int MAX_UNDER_WAY = 16;

    /** Questions of hosts that may be under way. */
    static final int MAX_UNDER_WAY_OF_HOSTS = 8;

    private final Deque<Question> underWay = new ArrayDeque<>();
    private final int maxUnderWay;
    private final ControlCounters counters;
    private final ControlCounter refused;

    private Questions(int maxUnderWay, ControlCounters counters, ControlCounter refused) {
        this.maxUnderWay = maxUnderWay;
        this.counters = counters;
        this.refused = refused;
    }

    /** Questions of staff. */
    static Questions ofStaff(ControlCounters counters) {
        return new Questions(MAX_UNDER_WAY, counters, ControlCounter.QUESTIONS_REFUSED);
    }

    /** Questions of hosts. */
    static Questions ofHosts(ControlCounters counters) {
        return new Questions(
                MAX_UNDER_WAY_OF_HOSTS, counters, ControlCounter.HOST_QUESTIONS_REFUSED);
    }

    /** Begins to answer a question. Returns false when too many are under way. */
    boolean take(Question question) {
        if (underWay.size() == maxUnderWay) {
            counters.increment(refused);
            return false;
        }
        question.advance(PortControl.SLICE);
        if (!question.isAnswered()) {
            underWay.add(question);
        }
        return true;
    }

    /** Goes on with at most so many entries of books. Returns the work done. */
    int advance(int limit) {
        int done = 0;
        for (int left = underWay.size(); left > 0 && done < limit; left--) {
            Question question = underWay.poll();
            done += question.advance(limit - done);
            if (!question.isAnswered()) {
                underWay.add(question);
            }
        }
        return done;
    }

    /** One question. */
    interface Question {
        /** Goes on with at most so many entries. Returns the work done, 0 when it has to wait. */
        int advance(int limit);

        boolean isAnswered();
    }
}
