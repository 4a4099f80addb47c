/** Pre-trained models as they are on disk: configuration, weights, fingerprints. */
package io.sparsetune.pretrained;
