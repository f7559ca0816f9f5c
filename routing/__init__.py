"""Who answers: pure decisions over plain values, standard library only."""
