package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.portreeve.natpmp.wire.NatPmpDecoded;
import org.portreeve.natpmp.wire.NatPmpResult;

class NatPmpCounterTest {
    @ParameterizedTest
    @EnumSource
    void eachHasASentenceForTheOperator(NatPmpCounter counter) {
        assertFalse(counter.help().isBlank());
    }

    @ParameterizedTest
    @EnumSource
    void eachResultHasACounter(NatPmpResult result) {
        assertEquals("ANSWERED_" + result.name(), NatPmpCounter.answered(result).name());
    }

    @ParameterizedTest
    @EnumSource
    void eachReasonToIgnoreHasACounter(NatPmpDecoded.Reason reason) {
        assertEquals("IGNORED_" + reason.name(), NatPmpCounter.ignored(reason).name());
    }
}
