"""`abc`: classes of which no objects are made, and the methods that those below define."""

from gradcli.lang.runtime.abstract_classes import ABC, ABCMeta, abstractmethod, abstractproperty

__all__ = ["ABC", "ABCMeta", "abstractmethod", "abstractproperty"]
