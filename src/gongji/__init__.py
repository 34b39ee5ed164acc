"""Gongji (共济): a gateway for China's medical-insurance family mutual aid."""
