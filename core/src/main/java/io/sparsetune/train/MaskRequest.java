package io.sparsetune.train;

import io.sparsetune.method.MethodConfig;

/**
 * @param sequence rises with every call
 * @param method what chooses the mask, within which budget and scope
 */
public record MaskRequest(long sequence, MethodConfig method) {}
