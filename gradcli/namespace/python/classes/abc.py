"""`abc`: abstract classes and abstract methods."""

from gradcli.lang.runtime.abstract_classes import ABC, ABCMeta, abstractmethod, abstractproperty

__all__ = ["ABC", "ABCMeta", "abstractmethod", "abstractproperty"]
